/**
 * A `.tiktoken` file: a line a token, its bytes in base64 and its rank. tiktoken joins the neighbours whose bytes together
 * have the lowest rank, and looks a whole word up before that. So every split of a token into two tokens is a merge of its
 * rank, and `ignore_merges` is set, as in LLaMa-3's own tokenizer.json. Taking one merge a token, the last two parts that
 * the lower ranks leave of its bytes, is not enough: for 678 of LLaMa-3's tokens (`.:.:`, openai/tiktoken#60, but `ерату`
 * too) more than two are left, and most Russian chapters were cut otherwise.
 */

import { TokenizerError } from "../../errors.js";
import { tokenOfBytes } from "../byte-level.js";
import { parseTokenizerJson, type TokenizerJson } from "../tokenizer-json.js";
import { byteLevelJson } from "./byte-level-json.js";
import { llama3Pattern } from "./patterns.js";
import { mergesFromScores } from "./score-merges.js";

const line = /^([A-Za-z0-9+/]+={0,2}) (\d{1,9})$/;

/** Whether a file that begins like this is a tiktoken file, whatever it is called. */
export function looksLikeTiktoken(start: Uint8Array): boolean {
  const [first = ""] = Buffer.from(start.subarray(0, 4096)).toString("latin1").split(/\r?\n/, 1);
  return line.test(first);
}

/**
 * The file says neither how words are cut nor which special tokens there are: the pattern is LLaMa-3's, special tokens
 * there are none. Throws `TokenizerError` naming the line.
 */
export function parseTiktoken(bytes: Uint8Array, source: string): TokenizerJson {
  const tokens = readTokens(bytes, source).map((token) => tokenOfBytes(Buffer.from(token, "latin1")));
  const raw = byteLevelJson({
    addedTokens: [],
    patterns: [llama3Pattern],
    postProcessor: null,
    ignoreMerges: true,
    vocabulary: tokens.map((token, rank) => [token, rank] as const),
    merges: mergesFromScores(new Map(tokens.map((token, id) => [token, { id, score: -id }]))),
  });
  return parseTokenizerJson(raw, source);
}

/** By rank, a character for each byte. */
function readTokens(bytes: Uint8Array, source: string): string[] {
  const fail = (place: string, fault: string): never => {
    throw new TokenizerError("tokenizer.tiktoken_invalid", `${source}: ${place}: ${fault}`);
  };
  const tokens: string[] = [];
  const lineOf = new Map<string, number>();
  for (const [i, text] of Buffer.from(bytes).toString("latin1").split("\n").entries()) {
    const place = `line ${i + 1}`;
    const content = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (content === "") continue;
    const [, code, number] = line.exec(content) ?? fail(place, "expected a token in base64, a space and its rank");
    const token = Buffer.from(code!, "base64");
    if (token.toString("base64") !== code) fail(place, `${code} is not base64`);
    const key = token.toString("latin1");
    const rank = Number(number);
    if (lineOf.has(key)) fail(place, `the token is in line ${lineOf.get(key)} already`);
    lineOf.set(key, i + 1);
    if (tokens[rank] !== undefined) fail(place, `the rank ${rank} is in line ${lineOf.get(tokens[rank])} already`);
    tokens[rank] = key;
  }
  if (lineOf.size === 0) fail("line 1", "there are no tokens");
  if (tokens.length !== lineOf.size) {
    let hole = 0;
    while (tokens[hole] !== undefined) hole++;
    fail("ranks", `no line has the rank ${hole}, and the highest is ${tokens.length - 1}`);
  }
  for (let byte = 0; byte < 256; byte++) {
    if (!lineOf.has(String.fromCharCode(byte)))
      fail("tokens", `none is the byte 0x${byte.toString(16).padStart(2, "0")} alone`);
  }
  return tokens;
}
