/** Stage 1: Russian tokens on top of a model's own. */
import { buildVocabulary, loadTokenizer } from "lep";

const [base, corpus, out] = process.argv.slice(2) as [string, string, string];

const { size, added } = await buildVocabulary({
  method: "extended",
  base,
  corpus: { files: [corpus], documents: "blank_lines" },
  size: 400,
  script: "Cyrillic",
  out,
});
const tokenizer = await loadTokenizer(out);
const ids = await tokenizer.encode("Утром над рекой стоял туман.");
console.log(`${size} tokens, ${added} of them new; the sentence takes ${ids.length}`);
