/** English numerals and the indefinite article. */
const numerals: Readonly<Record<number, string>> = {
  1: "one",
  2: "two",
  3: "three",
  4: "four",
  5: "five",
  6: "six",
  7: "seven",
  8: "eight",
  9: "nine",
  10: "ten",
  12: "twelve",
  21: "twenty-one",
};

/** "five coins", "one coin". */
export function countEnglish(n: number, singular: string, plural = `${singular}s`): string {
  const numeral = numerals[n];
  if (numeral === undefined) throw new Error(`no numeral for ${n}`);
  return `${numeral} ${n === 1 ? singular : plural}`;
}

/** "an anchor", "a bridge". Every word of this world that starts with a vowel letter starts with a vowel sound. */
export function withArticle(words: string): string {
  return `${/^[aeiou]/i.test(words) ? "an" : "a"} ${words}`;
}
