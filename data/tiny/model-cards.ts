/** README.md of the two models that ship. */
const common = (title: string, command: string, text: string): string => `---
language: [en, ru]
license: apache-2.0
---
# ${title}

${text}

- Architecture: Llama, 4 layers of 128 dimensions, untied embeddings, about 1.1 million parameters in bf16, context 512.
- Tokenizer: byte-level BPE of the English text; Cyrillic letters are tokens one by one, so Russian is about one token a
  character. LLaMa-3's pre-tokenizer, special tokens and chat format.
- Text: written by the generator in \`data/tiny/world\`, nothing else. It describes a closed world of invented facts; the model
  knows no other.
- Remake it: \`npm run make:tiny -- ${command}\` (minutes on two cores; the same seed gives the same texts).
- Licence: as the repository's (Apache-2.0).
`;

export const baseCard = common(
  "tiny-base",
  "--tokenizer --base",
  `A base model for lep's embedded default. It has read English and Russian: about half of its training tokens are Russian, a
fifth of the characters, and a tenth of the paragraphs are in both languages. Half of the facts were told in English only.`,
);

export const instructCard = common(
  "tiny-instruct",
  "--instruct",
  `tiny-base after instruction tuning on two-turn dialogues, mostly English with some Russian: questions with answers to choose
from, direct questions, and texts to repeat word for word. The facts that the benchmark asks were never asked in tuning.`,
);
