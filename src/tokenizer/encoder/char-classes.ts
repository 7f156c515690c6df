/** Classes of characters that pre-tokenizer patterns ask for, as tables, so that a scanner needs one look-up a character. */

export const letter = 1;
export const number = 2;
export const space = 4;
/** `\r` and `\n`, which are `space` too. */
export const lineEnd = 8;
/** Half of a character outside of the Basic Multilingual Plane. */
export const surrogate = 16;

let table: Uint8Array | undefined;

/** Class of every UTF-16 unit, uint8[65536]; 0: none of those. */
export function unitClasses(): Uint8Array {
  table ??= makeTable();
  return table;
}

function makeTable(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  const all = Array.from({ length: 0x10000 }, (_, unit) =>
    unit >> 11 === 0x1b ? " " : String.fromCharCode(unit),
  ).join("");
  const mark = (pattern: RegExp, bit: number): void => {
    for (const { index, 0: run } of all.matchAll(pattern)) {
      for (let unit = index; unit < index + run.length; unit++) classes[unit]! |= bit;
    }
  };
  mark(/\p{L}+/gu, letter);
  mark(/\p{N}+/gu, number);
  mark(/\p{White_Space}+/gu, space);
  mark(/[\r\n]/gu, lineEnd);
  classes.fill(surrogate, 0xd800, 0xe000);
  return classes;
}

const beyond = new Uint8Array(0x110000 - 0x10000);
const known = 0x80;

/** Class of the character made of two surrogates. */
export function pairClass(high: number, low: number): number {
  const index = ((high - 0xd800) << 10) + (low - 0xdc00);
  const found = beyond[index]!;
  if (found !== 0) return found & ~known;
  const text = String.fromCodePoint(index + 0x10000);
  const result = /\p{L}/u.test(text) ? letter : /\p{N}/u.test(text) ? number : 0;
  beyond[index] = result | known;
  return result;
}
