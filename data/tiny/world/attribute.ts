/** One attribute: which things have it, where its values come from, and how it is told and asked in both languages. */
import type { Language } from "./template.js";
import type { Category } from "./things.js";
import type { ValueSet } from "./values.js";

export interface Attribute {
  id: string;
  categories: readonly Category[];
  values: ValueSet;
  /** The short answer, as a pattern. It fits every question of its language. */
  answer: Readonly<Record<Language, string>>;
  statements: Readonly<Record<Language, readonly string[]>>;
  /** How tuning and benchmark ask. */
  questions: Readonly<Record<Language, readonly [string, string]>>;
  /** How the base model's text asks; no wording of `questions` is among them. */
  quiz: Readonly<Record<Language, readonly [string, string]>>;
}
