/** Tokens as an open-addressing table, text → id, which threads share: one look-up for a whole word. */
export interface TokenTable {
  /** Hash of the text, its start in `units`, its length and the id of each slot, int32[4 × slots]; length 0 marks an empty one. */
  slots: Int32Array;
  units: Uint16Array;
}

export function buildTokenTable(tokens: ReadonlyMap<string, number>): TokenTable {
  let length = 0;
  for (const token of tokens.keys()) length += token.length;
  const units = new Uint16Array(new SharedArrayBuffer(2 * length));
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, 1.7 * tokens.size)));
  const slots = new Int32Array(new SharedArrayBuffer(16 * size));
  let at = 0;
  for (const [token, id] of tokens) {
    if (token === "") continue;
    for (let i = 0; i < token.length; i++) units[at + i] = token.charCodeAt(i);
    const hash = hashOfUnits(units, at, at + token.length);
    let slot = hash & (size - 1);
    while (slots[4 * slot + 2] !== 0) slot = (slot + 1) & (size - 1);
    slots[4 * slot] = hash;
    slots[4 * slot + 1] = at;
    slots[4 * slot + 2] = token.length;
    slots[4 * slot + 3] = id;
    at += token.length;
  }
  return { slots, units };
}

/** The id of the token that is just `text[from, to)`, or −1. */
export function findToken({ slots, units }: TokenTable, text: Uint16Array, from: number, to: number): number {
  const length = to - from;
  const hash = hashOfUnits(text, from, to);
  const mask = (slots.length >>> 2) - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const at = slot << 2;
    if (slots[at + 2] === 0) return -1;
    if (slots[at] !== hash || slots[at + 2] !== length) continue;
    const start = slots[at + 1]!;
    let same = 0;
    while (same < length && units[start + same] === text[from + same]) same++;
    if (same === length) return slots[at + 3]!;
  }
}

/** Of UTF-16 units, 32 bits. */
export function hashOfUnits(units: Uint16Array, from: number, to: number): number {
  let hash = to - from;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ units[i]!, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
