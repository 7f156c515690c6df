/** A small table of replaced characters in SentencePiece's form; every node of the trie has 256 units of its own. */

export function charsmapOf(rules: Readonly<Record<string, string>>): Buffer {
  const replacements = Buffer.concat(Object.values(rules).map((text) => Buffer.from(`${text}\0`)));
  interface Node {
    children: Map<number, Node>;
    value?: number;
  }
  const root: Node = { children: new Map() };
  let place = 0;
  for (const [key, text] of Object.entries(rules)) {
    let node = root;
    for (const byte of Buffer.from(key)) {
      const next: Node = node.children.get(byte) ?? { children: new Map() };
      node.children.set(byte, next);
      node = next;
    }
    node.value = place;
    place += Buffer.byteLength(text) + 1;
  }
  // With the bit of a value no unit is anybody's child.
  const unused = 0x80000000;
  const units: number[] = new Array(256).fill(unused);
  const fill = (node: Node, at: number, label: number): void => {
    const base = units.length;
    for (let i = 0; i < 256; i++) units.push(unused);
    units[at] = ((((at ^ base) << 10) >>> 0) | (node.value === undefined ? 0 : 0x100) | label) >>> 0;
    if (node.value !== undefined) units[base] = (0x80000000 | node.value) >>> 0;
    for (const [byte, child] of node.children) fill(child, base ^ byte, byte);
  };
  fill(root, 0, 0);
  const head = Buffer.alloc(4 + 4 * units.length);
  head.writeUInt32LE(4 * units.length);
  for (const [i, unit] of units.entries()) head.writeUInt32LE(unit, 4 + 4 * i);
  return Buffer.concat([head, replacements]);
}

/** Compositions, ligatures, spaces, case, things that vanish; keys that begin one another. */
export const sampleRules = {
  "e\u0301": "é",
  "и\u0306": "й",
  "か\u3099": "が",
  ﬁ: "fi",
  "½": "1⁄2",
  E: "e",
  "E\u0301": "é",
  "\t": " ",
  "\n": " ",
  "\u00a0": " ",
  "\u200b": "",
  "\u0001": "",
  "…": "...",
  "¨": " \u0308",
  ab: "x",
  abc: "yz",
  𝔘: "U",
};
