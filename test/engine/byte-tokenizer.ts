import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

/** A tokenizer for tests: every byte of the UTF-8 text is its own id; 256 starts a text, 257 ends a document, 258 a turn. */
export function byteTokenizer(special: { bos?: number | undefined; eos?: number[] } = {}): Tokenizer {
  const { bos = 256, eos = [257] } = special;
  const added = new Map([
    ["<|begin_of_text|>", 256],
    ["<|end_of_text|>", 257],
    ["<|eot_id|>", 258],
  ]);
  const names = new Map([...added].map(([name, id]) => [id, name]));
  const encode = (text: string): number[] => [...Buffer.from(text)];
  return {
    source: "bytes",
    size: 259,
    encode: async (text) => encode(text),
    encodeBatch: async (texts) => texts.map(encode),
    encodeBulk: async (texts) => {
      const all = texts.map(encode);
      const starts = new Int32Array(texts.length + 1);
      for (const [i, ids] of all.entries()) starts[i + 1] = starts[i]! + ids.length;
      return { ids: Int32Array.from(all.flat()), starts };
    },
    comesBack: async (texts) => Uint8Array.from(texts, (text) => (Buffer.from(text).toString() === text ? 1 : 0)),
    decode: async (ids) => Buffer.from(Array.from(ids).filter((id) => id < 256)).toString(),
    tokenOf: (id) => names.get(id) ?? (id < 256 ? String.fromCharCode(id) : undefined),
    idOf: (token) => added.get(token),
    bytesOf: (id) => (id < 256 ? Uint8Array.of(id) : undefined),
    addedIds: new Set(added.values()),
    bosId: "bos" in special ? special.bos : bos,
    eosIds: eos,
    chatTemplate: undefined,
  };
}
