/** The tokens that a choice may be at the place of the answer. */
import type { Tokenizer } from "../tokenizer/tokenizer.js";

export interface LetterForms {
  /** A token of white space that the tokenizer puts before every choice in this place; nearly always none. */
  lead: number[];
  forms: { choice: number; id: number }[];
}

/**
 * Each choice's token behind `before`, with and without a space in front: what the tokenizer makes there of the choice as
 * one further token. Where it makes a space and the choice of it, as SentencePiece does with digits at the start of a turn,
 * the space leads. A choice that is no token has no form.
 */
export async function letterForms(
  tokenizer: Pick<Tokenizer, "encode" | "tokenOf">,
  before: string,
  choices: readonly string[],
): Promise<LetterForms> {
  const start = await tokenizer.encode(before);
  const added: { choice: number; ids: number[] }[] = [];
  for (const [choice, letter] of choices.entries()) {
    for (const form of [letter, ` ${letter}`]) {
      const ids = addedIds(start, await tokenizer.encode(before + form));
      if (ids !== undefined) added.push({ choice, ids });
    }
  }
  const formsBehind = (lead: readonly number[]): LetterForms["forms"] => {
    const forms = new Map<number, number>();
    for (const { choice, ids } of added) {
      if (ids.length === lead.length + 1 && lead.every((id, i) => ids[i] === id)) forms.set(ids.at(-1)!, choice);
    }
    return [...forms].map(([id, choice]) => ({ choice, id }));
  };
  const whole = (forms: LetterForms["forms"]): boolean =>
    new Set(forms.map(({ choice }) => choice)).size === choices.length;
  const plain = formsBehind([]);
  if (whole(plain)) return { lead: [], forms: plain };
  for (const id of new Set(added.filter(({ ids }) => ids.length === 2).map(({ ids }) => ids[0]!))) {
    const behind = formsBehind([id]);
    if (spaces.test(tokenizer.tokenOf(id) ?? "") && whole(behind)) return { lead: [id], forms: behind };
  }
  return { lead: [], forms: plain };
}

/** White space as SentencePiece and byte-level vocabularies spell it. */
const spaces = /^[\s▁Ġ]+$/u;

/** Ids that follow `start` in `whole`; undefined where the text behind has changed what stood before. */
export function addedIds(start: readonly number[], whole: readonly number[]): number[] | undefined {
  return start.every((id, i) => whole[i] === id) ? whole.slice(start.length) : undefined;
}
