/**
 * Russian word forms as the generator needs them. Nothing is inflected by rule: a word is written
 * down as its stem and the endings of its six cases, so that every form is one that somebody wrote.
 */
export type Gender = "m" | "f" | "n";

export const cases = ["nom", "gen", "dat", "acc", "ins", "pre"] as const;
export type Case = (typeof cases)[number];

/** Forms by name: the six cases, or what else a template may ask for. */
export type Forms = Readonly<Record<string, string>>;

/**
 * `лис:а,ы,е,у,ой,е` is stem and endings in the order nominative, genitive, dative, accusative,
 * instrumental, prepositional; `-` is an empty ending.
 */
export function declension(written: string): Record<Case, string> {
  const [stem = "", rest = ""] = written.split(":");
  const endings = rest.split(",");
  if (endings.length !== cases.length) throw new Error(`six endings expected: ${written}`);
  const form = (i: number): string => stem + (endings[i] === "-" ? "" : endings[i]);
  return { nom: form(0), gen: form(1), dat: form(2), acc: form(3), ins: form(4), pre: form(5) };
}

/** Nominative of an adjective in the three genders and the feminine accusative (`fa`), from stem and endings. */
export function adjective(written: string): Record<Gender | "fa", string> {
  const [stem = "", rest = ""] = written.split(":");
  const [m, f, n, fa] = rest.split(",");
  if (fa === undefined) throw new Error(`four endings expected: ${written}`);
  return { m: stem + m, f: stem + f, n: stem + n, fa: stem + fa };
}

/** A noun that is counted: after 1, after 2 to 4, after 5 and more. */
export interface Counted {
  gender: Gender;
  one: string;
  few: string;
  many: string;
  /** Accusative after 1, where it differs (feminine). */
  oneAccusative?: string;
}

const numerals: Readonly<Record<number, string>> = {
  3: "три",
  4: "четыре",
  5: "пять",
  6: "шесть",
  7: "семь",
  8: "восемь",
  9: "девять",
  10: "десять",
  12: "двенадцать",
};
const one: Readonly<Record<Gender, string>> = { m: "один", f: "одна", n: "одно" };

/** «две монеты», «пять монет», «двадцать один год»: nominative, or the accusative of something lifeless. */
export function count(n: number, noun: Counted, grammaticalCase: "nom" | "acc" = "nom"): string {
  const last = n % 10;
  const teen = n > 10 && n < 20;
  if (last === 1 && !teen) {
    const accusative = grammaticalCase === "acc" && noun.gender === "f";
    const numeral = accusative ? "одну" : one[noun.gender];
    const counted = accusative ? (noun.oneAccusative ?? noun.one) : noun.one;
    return n === 1 ? `${numeral} ${counted}` : `двадцать ${numeral} ${counted}`;
  }
  const numeral = n === 2 ? (noun.gender === "f" ? "две" : "два") : numerals[n];
  if (numeral === undefined) throw new Error(`no numeral for ${n}`);
  return `${numeral} ${last >= 2 && last <= 4 && !teen ? noun.few : noun.many}`;
}
