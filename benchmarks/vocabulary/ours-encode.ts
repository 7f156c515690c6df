/**
 * Our side of encoding: the lines of a text file to ids. The tokenizer is loaded before the time begins.
 *
 * node ours-encode.js --tokenizer PATH --text FILE [--ids FILE]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { writeIds } from "./ids-file.js";
import { tellRun } from "./sides.js";

const { values } = parseArgs({
  options: { tokenizer: { type: "string" }, text: { type: "string" }, ids: { type: "string" } },
});
const tokenizer = await loadTokenizer(values.tokenizer!);
const lines = readFileSync(values.text!, "utf8").split("\n");
const start = performance.now();
const encoded = await tokenizer.encodeBatch(lines);
const seconds = (performance.now() - start) / 1000;
if (values.ids !== undefined) writeIds(values.ids, encoded);
tellRun(seconds, { tokens: encoded.reduce((sum, ids) => sum + ids.length, 0) });
