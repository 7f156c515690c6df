/** Writes the UTF-8 bytes of well-formed `units[from, to)` to the head of `bytes`; returns how many. Three bytes a unit are enough. */
export function utf8Of(units: Uint16Array, from: number, to: number, bytes: Uint8Array): number {
  let at = 0;
  for (let i = from; i < to; i++) {
    const unit = units[i]!;
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit >> 10 === 0x36) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (units[++i]! & 0x3ff);
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    } else {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
  }
  return at;
}
