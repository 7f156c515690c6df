/**
 * Writes the tokenizer.model that goes with a tokenizer.json, where SentencePiece can say the same. SentencePiece's own code
 * then reads the file and has to cut every text into the ids of the tokenizer, or the file is taken away again.
 */
import { rmSync, writeFileSync } from "node:fs";
import { gateText } from "../gate-text.js";
import { sameCutting } from "../same-cutting.js";
import type { Tokenizer } from "../tokenizer.js";
import type { TokenizerJson } from "../tokenizer-json.js";
import type { TokenizerRoles } from "../tokenizer-roles.js";
import { sameNormalization } from "./same-normalization.js";
import { sentencePieceForm } from "./sentencepiece-form.js";
import { formatSentencePieceModel } from "./sentencepiece-model.js";
import { sentencePieceIds } from "./sentencepiece-peer.js";

/** Gives why there is no file, undefined where it has been written. `tokenizer` is the one of `json`. */
export async function writeSentencePiece(
  file: string,
  json: TokenizerJson,
  roles: TokenizerRoles,
  tokenizer: Tokenizer,
): Promise<string | undefined> {
  const form = sentencePieceForm(json, roles);
  if ("reason" in form) return form.reason;
  writeFileSync(file, formatSentencePieceModel(form.model));
  const texts = probeTexts(json, tokenizer).filter((text) => !(form.sparesSpace && text.startsWith(" ")));
  const fault = await firstDifference(file, texts, json, tokenizer);
  if (fault !== undefined) rmSync(file);
  return fault;
}

async function firstDifference(
  file: string,
  texts: readonly string[],
  json: TokenizerJson,
  tokenizer: Tokenizer,
): Promise<string | undefined> {
  const expected = await tokenizer.encodeBatch([...texts]);
  let found: number[][];
  try {
    found = await sentencePieceIds(file, texts);
  } catch (cause) {
    return `SentencePiece does not load it: ${(cause as Error).message}`;
  }
  const place = texts.findIndex((_, i) => !sameCutting(expected[i]!, found[i]!, json.scores));
  if (place < 0) return undefined;
  const shown = (ids: readonly number[]): string =>
    JSON.stringify(ids.slice(0, 12).map((id) => tokenizer.tokenOf(id) ?? id));
  const text = JSON.stringify(texts[place]!.slice(0, 80));
  return `SentencePiece cuts ${text} into ${shown(found[place]!)} and not into ${shown(expected[place]!)}`;
}

/** Pieces of a vocabulary that are tried in one text. */
const piecesAtOnce = 50;

/** The texts of the gate, their lines as one, and every ordinary token, with spaces between them and without. */
function probeTexts(json: TokenizerJson, tokenizer: Tokenizer): string[] {
  const texts = [...gateText, gateText.join(" "), ""];
  const words: string[] = [];
  for (let id = 0; id < tokenizer.size; id++) {
    const bytes = tokenizer.bytesOf(id);
    const text = bytes === undefined ? "" : Buffer.from(bytes).toString("utf8");
    if (!text.includes("\ufffd")) words.push(text);
  }
  for (let from = 0; from < words.length; from += piecesAtOnce) {
    const some = words.slice(from, from + piecesAtOnce);
    texts.push(some.join(" "), some.join(""));
  }
  const added = json.addedTokens.map(({ content }) => content);
  const same = sameNormalization(json);
  // SentencePiece reads no special token out of a text.
  return texts.filter((text) => !added.some((content) => text.includes(content)) && same(text));
}
