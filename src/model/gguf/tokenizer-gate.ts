/**
 * The gate of a GGUF: llama.cpp reads the vocabulary back from the file and must cut every text into the ids
 * that tokenizer.json gives, or the model would be asked in another language than it was trained in.
 */
import { CheckpointError, type EngineError } from "../../errors.js";
import { llamaTokens } from "../../inference/llama-tokens.js";
import { byteNames } from "../../tokenizer/byte-name.js";
import { sameNormalization } from "../../tokenizer/formats/same-normalization.js";
import { gateText } from "../../tokenizer/gate-text.js";
import { sameCutting } from "../../tokenizer/same-cutting.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { TokenizerJson } from "../../tokenizer/tokenizer-json.js";

/**
 * `lines` are compared besides the texts of the gate; `tokenizer` is the one of `json`. llama.cpp's Unigram spells nothing by
 * bytes: there texts count whose characters the vocabulary covers. Throws `CheckpointError` (`gguf.tokenizer_differs`) with
 * the first difference.
 */
export async function checkGgufTokenizer(
  file: string,
  json: TokenizerJson,
  tokenizer: Tokenizer,
  lines: readonly string[],
): Promise<void> {
  const texts = [...gateText, gateText.join("\n"), ...addedTokenTexts(tokenizer), ...tokenTexts(tokenizer), ...lines];
  const expected = await tokenizer.encodeBatch(texts);
  const found = await llamaTokens(file, texts).catch((cause: EngineError) => {
    const said = cause.hint ?? cause.message;
    throw new CheckpointError("gguf.refused", `${file}: llama.cpp does not load the vocabulary: ${said}`, { cause });
  });
  const comparable = comparableTexts(json, tokenizer);
  for (const [i, text] of texts.entries()) {
    if (!comparable(text, expected[i]!) || sameCutting(expected[i]!, found[i]!, json.scores)) continue;
    const place = firstDifference(expected[i]!, found[i]!);
    throw differs(text, expected[i]!, found[i]!, place, tokenizer);
  }
}

/** Where llama.cpp can be expected to give the ids of tokenizer.json. */
function comparableTexts(json: TokenizerJson, tokenizer: Tokenizer): (text: string, ids: readonly number[]) => boolean {
  const same = sameNormalization(json);
  if (json.modelType !== "Unigram") return same;
  const uncovered = new Set<number>();
  if (tokenizer.unknownId !== undefined) uncovered.add(tokenizer.unknownId);
  for (const name of byteNames) uncovered.add(tokenizer.idOf(name) ?? -1);
  // In front of spaces alone llama.cpp puts no space.
  return (text, ids) => same(text) && /[^ ]/.test(text) && !ids.some((id) => uncovered.has(id));
}

/** Every added token between words, with and without spaces. */
function addedTokenTexts(tokenizer: Tokenizer): string[] {
  const tokens = [...tokenizer.addedIds].map((id) => tokenizer.tokenOf(id)!);
  return tokens.map((token) => `word ${token} слово${token}end${token}${token}\n`);
}

/** Every ordinary token that is whole characters, alone: finds tokens that only one of the two can reach. */
function tokenTexts(tokenizer: Tokenizer): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const texts: string[] = [];
  for (let id = 0; id < tokenizer.size; id++) {
    const bytes = tokenizer.bytesOf(id);
    if (bytes === undefined) continue;
    try {
      texts.push(decoder.decode(bytes));
    } catch {
      // Part of a character: no text is cut into it alone.
    }
  }
  return texts;
}

function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i;
  return -1;
}

function differs(
  text: string,
  expected: readonly number[],
  found: readonly number[],
  place: number,
  tokenizer: Tokenizer,
): CheckpointError {
  const shown = (ids: readonly number[]): string => {
    const from = Math.max(0, place - 2);
    const near = ids.slice(from, place + 6).map((id) => `${id} ${JSON.stringify(tokenizer.tokenOf(id) ?? "")}`);
    return `[${from > 0 ? "… " : ""}${near.join(", ")}${ids.length > place + 6 ? " …" : ""}]`;
  };
  const shortText = JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
  return new CheckpointError(
    "gguf.tokenizer_differs",
    `${tokenizer.source}: ${shortText} is ${shown(expected)} in tokenizer.json, but ${shown(found)} in the GGUF (token ${place + 1} of the text)`,
    { hint: "llama.cpp cannot express this tokenizer; no file was written." },
  );
}
