/** The tokens that a choice may be at the place of the answer. */
import type { Tokenizer } from "../tokenizer/tokenizer.js";

export interface LetterForm {
  /** Place of the choice. */
  choice: number;
  id: number;
}

/**
 * Each choice's token behind `before`, with and without a space in front: what the tokenizer makes there of the choice as
 * one further token. A choice that is none has no form.
 */
export async function letterForms(
  encode: Tokenizer["encode"],
  before: string,
  choices: readonly string[],
): Promise<LetterForm[]> {
  const start = await encode(before);
  const forms: LetterForm[] = [];
  for (const [choice, letter] of choices.entries()) {
    const found = new Set<number>();
    for (const form of [letter, ` ${letter}`]) {
      const added = addedIds(start, await encode(before + form));
      if (added?.length === 1) found.add(added[0]!);
    }
    for (const id of found) forms.push({ choice, id });
  }
  return forms;
}

/** Ids that follow `start` in `whole`; undefined where the text behind has changed what stood before. */
export function addedIds(start: readonly number[], whole: readonly number[]): number[] | undefined {
  return start.every((id, i) => whole[i] === id) ? whole.slice(start.length) : undefined;
}
