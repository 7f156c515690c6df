/**
 * Our side of a training: text files to a tokenizer folder, by the function that `lep vocab build` calls.
 *
 * node ours-train.js --method NAME --size N [--base DIR] [--set OPTION=JSON]… --out DIR FILE…
 */
import { parseArgs } from "node:util";
import { type BuildVocabularyOptions, buildVocabulary } from "../../src/vocabulary/build-vocabulary.js";
import { tellRun } from "./sides.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: "string" },
    size: { type: "string" },
    base: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
    out: { type: "string" },
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
await buildVocabulary(options);
tellRun((performance.now() - start) / 1000);
