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
// The encoder's tables are made with the first text, and belong to loading.
await tokenizer.encode("a");
const start = performance.now();
const { ids, starts } = await tokenizer.encodeBulk(lines);
const seconds = (performance.now() - start) / 1000;
if (values.ids !== undefined)
  writeIds(
    values.ids,
    lines.map((_, i) => ids.subarray(starts[i], starts[i + 1])),
  );
tellRun(seconds, { tokens: ids.length });
