/**
 * The npm binding's side of encoding; lines in batches, since a call holds all its encodings, with their offsets, at once.
 *
 * node peer-encode.js --tokenizer TOKENIZER.json --text FILE [--ids FILE]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Tokenizer } from "tokenizers";
import { writeIds } from "./ids-file.js";
import { tellRun } from "./sides.js";

const batch = 2048;

const { values } = parseArgs({
  options: { tokenizer: { type: "string" }, text: { type: "string" }, ids: { type: "string" } },
});
const tokenizer = Tokenizer.fromFile(values.tokenizer!);
const lines = readFileSync(values.text!, "utf8").split("\n");
const start = performance.now();
const encoded: number[][] = [];
for (let from = 0; from < lines.length; from += batch) {
  const encodings = await tokenizer.encodeBatch(lines.slice(from, from + batch), { addSpecialTokens: false });
  for (const encoding of encodings) encoded.push(encoding.getIds());
}
const seconds = (performance.now() - start) / 1000;
if (values.ids !== undefined) writeIds(values.ids, encoded);
tellRun(seconds, { tokens: encoded.reduce((sum, ids) => sum + ids.length, 0) });
