/**
 * Sentence patterns with gaps, filled for one thing and one value.
 *
 * `{T}` the thing, `{T.gen}` one of its Russian forms; `{V}` the value, `{V.ins}` one of its forms,
 * `{V.T}` the form that agrees with the thing's gender; `{a V}` the value with its English article;
 * `[m|f|n]` an ending that agrees with the thing, `<m|f|n>` one that agrees with the value.
 */
import { withArticle } from "./english.js";
import type { Forms, Gender } from "./russian.js";

export type Language = "en" | "ru";

/** What fills a gap: English words, Russian forms (`nom` is the default one) and the gender to agree with. */
export interface Filler {
  en: string;
  ru: Forms;
  gender: Gender;
}

const genders: readonly Gender[] = ["m", "f", "n"];

export function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Fills `template`; the result is not capitalised. Throws where the pattern asks for a form that a word does not have. */
export function fill(template: string, language: Language, thing: Filler, value: Filler): string {
  const agreed = (endings: string, gender: Gender): string => endings.split("|")[genders.indexOf(gender)] ?? "";
  return template
    .replace(/\[([^\]]*)\]/g, (_, endings: string) => agreed(endings, thing.gender))
    .replace(/<([^>]*)>/g, (_, endings: string) => agreed(endings, value.gender))
    .replace(/\{(a )?([TV])(?:\.(\w+))?\}/g, (gap, article: string | undefined, which: string, form?: string) => {
      const filler = which === "T" ? thing : value;
      if (language === "en") return article === undefined ? filler.en : withArticle(filler.en);
      const words = filler.ru[form === "T" ? thing.gender : (form ?? "nom")];
      if (words === undefined) throw new Error(`${filler.en} has no form for ${gap} in: ${template}`);
      return words;
    });
}

/** The same as a sentence: first letter capital. */
export function sentence(template: string, language: Language, thing: Filler, value: Filler): string {
  return capitalise(fill(template, language, thing, value));
}
