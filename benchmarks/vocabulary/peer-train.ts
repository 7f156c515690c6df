/**
 * The npm binding's side of a training: a BPE with the trainer's defaults (30,000 tokens), on the same pre-tokenizer.
 *
 * node peer-train.js --base TOKENIZER.json --out TOKENIZER.json FILE…
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Tokenizer } from "tokenizers";
import { tellRun } from "./sides.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { base: { type: "string" }, out: { type: "string" } },
});
const base = JSON.parse(readFileSync(values.base!, "utf8")) as { model: object };
const model = { ...base.model, unk_token: null, vocab: {}, merges: [] };
const tokenizer = Tokenizer.fromString(
  JSON.stringify({ ...base, added_tokens: [], post_processor: null, truncation: null, padding: null, model }),
);
const start = performance.now();
tokenizer.train(positionals);
const seconds = (performance.now() - start) / 1000;
tokenizer.save(values.out!);
tellRun(seconds);
