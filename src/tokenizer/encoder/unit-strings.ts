/** Between strings and UTF-16 units. */
export function stringOf(units: Uint16Array, from: number, to: number): string {
  return Buffer.from(units.buffer, units.byteOffset + 2 * from, 2 * (to - from)).toString("utf16le");
}

/** Units of a string in memory that the next call uses again. */
export function createScratch(): (text: string) => Uint16Array {
  let units = new Uint16Array(1 << 10);
  let bytes = Buffer.from(units.buffer);
  return (text) => {
    if (units.length < text.length) {
      units = new Uint16Array(2 * text.length);
      bytes = Buffer.from(units.buffer);
    }
    if (text.length > 24) bytes.write(text, 0, "utf16le");
    else for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    return units;
  };
}
