import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TokenizerError } from "../errors.js";
import { readTokenizer } from "../tokenizer/load-tokenizer.js";
import { readOptionalJson, writeJson } from "./write-instruct-tokenizer.js";

/**
 * Adds added tokens of the tokenizer in the folder `instruct` to the one in `folder`, with the ids that `appended` gives
 * them; `tokenizer_config.json` is left to `carryMarks`. Throws `TokenizerError` where `folder` has no tokenizer.json to add them to.
 */
export function appendTokens(folder: string, instruct: string, appended: ReadonlyMap<string, number>): void {
  if (appended.size === 0) return;
  const file = path.join(folder, "tokenizer.json");
  if (!existsSync(file)) {
    throw new TokenizerError(
      "propagation.lost_token",
      `the adapted model has no tokenizer.json that the instruct model's added tokens (${[...appended.keys()].join(", ")}) could go into`,
      { hint: "Convert the adapted tokenizer first: lep vocab build writes tokenizer.json." },
    );
  }
  const tokens = readTokenizer(instruct)
    .addedTokens.filter(({ content }) => appended.has(content))
    .map((token) => ({ ...token, id: appended.get(token.content)! }))
    .sort((a, b) => a.id - b.id);
  const tokenizer = JSON.parse(readFileSync(file, "utf8")) as { added_tokens?: object[] };
  tokenizer.added_tokens = [...(tokenizer.added_tokens ?? []), ...tokens];
  writeFileSync(file, JSON.stringify(tokenizer, null, 2));
  const facts = path.join(folder, "vocabulary.json");
  const vocabulary = readOptionalJson(facts);
  if (typeof vocabulary?.size === "number" && typeof vocabulary.added === "number") {
    const more = { size: vocabulary.size + tokens.length, added: vocabulary.added + tokens.length };
    writeJson(facts, { ...vocabulary, ...more });
  }
}
