/** The text of a tokenizer.json with another vocabulary: everything else is the original's, with the ids that moved. */
import { TokenizerError } from "../errors.js";
import type { Component } from "./tokenizer-components.js";
import type { AddedToken, Merge, TokenizerJson } from "./tokenizer-json.js";

export interface NewVocabulary {
  /** Ordinary tokens in their printable form → id. */
  vocabulary: ReadonlyMap<string, number>;
  /** In order of rank; none in a Unigram vocabulary. */
  merges: readonly Merge[];
  /** Log-probability of each id; a Unigram vocabulary has them, and then its ids are 0 … `scores.length` - 1. */
  scores?: readonly number[];
  /** With their new ids. */
  addedTokens: readonly AddedToken[];
  /**
   * A vocabulary of another kind than the base's is used with this tokenizer's normaliser, pre-tokenizer, decoder and
   * model options. The base's where left out.
   */
  frame?: TokenizerJson;
}

/**
 * `base` with the vocabulary, merges and added tokens of `changed`. Throws `TokenizerError` where its post-processor
 * names a token that is no longer there.
 */
export function formatTokenizerJson(base: TokenizerJson, changed: NewVocabulary): string {
  const ids = new Map(changed.vocabulary);
  for (const { content, id } of changed.addedTokens) ids.set(content, id);
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id !== undefined) return id;
    throw new TokenizerError(
      "tokenizer.lost_token",
      `${base.source}: post_processor: ${JSON.stringify(token)} is not in the new vocabulary`,
    );
  };
  const addedTokens = [...changed.addedTokens].sort((a, b) => a.id - b.id);
  // Readers give an added token that the model does not hold an id of their own choice, the next one after the model's:
  // it is written into the model's vocabulary where that would be another one.
  const vocabulary = [...changed.vocabulary];
  const followInOrder = addedTokens.every(({ id }, i) => id === changed.vocabulary.size + i);
  if (!followInOrder) {
    for (const { content, id } of addedTokens) if (!changed.vocabulary.has(content)) vocabulary.push([content, id]);
  }
  vocabulary.sort(([, a], [, b]) => a - b);

  const fields: [name: string, text: string][] = [];
  const frame = changed.frame ?? base;
  for (const [name, value] of Object.entries({ ...base.raw, ...framePartsOf(frame) })) {
    if (name === "added_tokens")
      fields.push([
        name,
        lines(
          "[",
          addedTokens.map((token) => JSON.stringify(token)),
          "]",
          2,
        ),
      ]);
    else if (name === "post_processor") fields.push([name, json(moveIds(value as Component | null, idOf))]);
    else if (name === "model") fields.push([name, modelText(frame, ids, vocabulary, changed)]);
    else if (name === "truncation" || name === "padding") fields.push([name, "null"]);
    else fields.push([name, json(value)]);
  }
  return `{\n${fields.map(([name, text]) => `  ${JSON.stringify(name)}: ${text}`).join(",\n")}\n}\n`;
}

/** What belongs to the kind of vocabulary. */
const framePartsOf = ({ normalizer, preTokenizer, decoder, model }: TokenizerJson): Record<string, unknown> => ({
  normalizer,
  pre_tokenizer: preTokenizer,
  decoder,
  model,
});

const json = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll("\n", "\n  ");

const lines = (open: string, items: string[], close: string, depth: number): string => {
  const indent = " ".repeat(depth);
  return items.length === 0
    ? open + close
    : `${open}\n${items.map((item) => `${indent}  ${item}`).join(",\n")}\n${indent}${close}`;
};

/** Written by hand, since a JavaScript object would put tokens such as "0" in front and lose one called "__proto__". */
function modelText(
  frame: TokenizerJson,
  ids: ReadonlyMap<string, number>,
  vocabulary: readonly (readonly [string, number])[],
  { merges, scores }: NewVocabulary,
): string {
  const fields = Object.entries({ type: frame.modelType, ...frame.model }).map(([name, value]) => {
    let text = JSON.stringify(value);
    if (name === "vocab" && scores !== undefined)
      text = lines(
        "[",
        vocabulary.slice(0, scores.length).map(([piece, id]) => JSON.stringify([piece, scores[id]])),
        "]",
        4,
      );
    else if (name === "vocab")
      text = lines(
        "{",
        vocabulary.map(([token, id]) => `${JSON.stringify(token)}: ${id}`),
        "}",
        4,
      );
    if (name === "merges") text = lines("[", mergeTexts(merges), "]", 4);
    if (name === "unk_token" && frame.unknownToken !== undefined && !ids.has(frame.unknownToken)) text = "null";
    if (name === "unk_id") text = JSON.stringify(ids.get(frame.unknownToken ?? "") ?? null);
    return `${JSON.stringify(name)}: ${text}`;
  });
  return lines("{", fields, "}", 2);
}

/** The form with one text a merge is read by every version, but cannot say where a token with a space in it ends. */
function mergeTexts(merges: readonly Merge[]): string[] {
  const spaced = merges.some((merge) => merge.some((token) => token.includes(" ")));
  return merges.map((merge) => JSON.stringify(spaced ? merge : merge.join(" ")));
}

function moveIds(processor: Component | null, idOf: (token: string) => number): Component | null {
  if (processor === null || processor === undefined) return null;
  const named = (value: unknown): unknown => (Array.isArray(value) ? [value[0], idOf(String(value[0]))] : value);
  switch (processor.type) {
    case "Sequence": {
      const parts = processor.processors as Component[];
      return { ...processor, processors: parts.map((part) => moveIds(part, idOf)) };
    }
    case "TemplateProcessing": {
      const tokens = (processor.special_tokens ?? {}) as Record<string, { tokens: string[] }>;
      const moved = Object.entries(tokens).map(([name, entry]) => [name, { ...entry, ids: entry.tokens.map(idOf) }]);
      return { ...processor, special_tokens: Object.fromEntries(moved) };
    }
    case "BertProcessing":
    case "RobertaProcessing":
      return { ...processor, sep: named(processor.sep), cls: named(processor.cls) };
    default:
      return processor;
  }
}
