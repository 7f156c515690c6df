/** A long curve in few points, without losing how far it spreads: a spike of one step stays to be seen. */

export interface CurvePoint {
  step: number;
  value: number;
}

export interface CurveStretch extends CurvePoint {
  /** Of all points that this one stands for; `value` is their mean, `step` the middle one. */
  low: number;
  high: number;
}

/** At most `most` stretches of equally many points, but for the last. */
export function thinOut(points: readonly CurvePoint[], most: number): CurveStretch[] {
  const size = Math.max(1, Math.ceil(points.length / most));
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    const values = part.map(({ value }) => value);
    const value = values.reduce((sum, one) => sum + one, 0) / values.length;
    return { step: part[part.length >> 1]!.step, value, low: Math.min(...values), high: Math.max(...values) };
  });
}
