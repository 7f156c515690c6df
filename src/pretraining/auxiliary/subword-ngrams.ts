/**
 * The n-grams of a word between its marks, `<кот>`, as numbers below `buckets` (Bojanowski et al. 2017, Enriching word vectors with
 * subword information, section 3.2): hashed by FNV-1a over their UTF-8 bytes. Each number once, in the order of the text.
 */
export interface NgramOptions {
  /** In characters, marks included. */
  shortest: number;
  longest: number;
  buckets: number;
}

export function subwordNgrams(text: string, { shortest, longest, buckets }: NgramOptions): number[] {
  const characters = [..."<".concat(text, ">")].map((character) => Buffer.from(character, "utf8"));
  const found = new Set<number>();
  for (let from = 0; from < characters.length; from++) {
    let hash = 0x811c9dc5;
    for (let length = 1; length <= longest && from + length <= characters.length; length++) {
      for (const byte of characters[from + length - 1]!) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
      if (length >= shortest) found.add(hash % buckets);
    }
  }
  return [...found];
}
