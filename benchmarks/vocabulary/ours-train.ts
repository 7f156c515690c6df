/**
 * Our side of a training: text files to a tokenizer folder, by the function that `lep vocab build` calls.
 *
 * node ours-train.js --method NAME --size N [--base DIR] [--set OPTION=JSON]… [--train-only] --out DIR FILE…
 *
 * --train-only: the time ends when the vocabulary is made, before it is written and checked.
 */
import { parseArgs } from "node:util";
import { type BuildVocabularyOptions, buildVocabulary, checkingTask } from "../../src/vocabulary/build-vocabulary.js";
import { tellRun } from "./sides.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: "string" },
    size: { type: "string" },
    base: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
    out: { type: "string" },
    "train-only": { type: "boolean", default: false },
  },
});
const more = values.set.map((text) => {
  const equals = text.indexOf("=");
  return [text.slice(0, equals), JSON.parse(text.slice(equals + 1)) as unknown];
});
const options = {
  method: values.method,
  size: Number(values.size),
  ...(values.base !== undefined && { base: values.base }),
  corpus: { files: positionals },
  out: values.out,
  ...Object.fromEntries(more),
} as BuildVocabularyOptions;
const start = performance.now();
let trained = start;
await buildVocabulary(options, ({ task }) => {
  if (task === checkingTask) trained = performance.now();
});
const seconds = (performance.now() - start) / 1000;
tellRun(values["train-only"] ? (trained - start) / 1000 : seconds, { written_s: seconds });
