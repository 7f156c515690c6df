/** A duration in as many words as help: `45s`, `2m58s`, `3h05m`, `2d07h`; what is no number of seconds is not known. */
export function shownTime(seconds: unknown): string {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return "?";
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  const { size, unit, part, small } = units.find(({ size: length }) => whole >= length)!;
  const rest = Math.floor((whole % size) / part);
  return `${Math.floor(whole / size)}${unit}${String(rest).padStart(2, "0")}${small}`;
}

const units = [
  { size: 86_400, unit: "d", part: 3600, small: "h" },
  { size: 3600, unit: "h", part: 60, small: "m" },
  { size: 60, unit: "m", part: 1, small: "s" },
] as const;
