/**
 * The pre-tokenizer patterns that go with byte-level vocabularies whose files do not hold one: tiktoken's, and those that
 * llama.cpp knows by name. Written for Oniguruma, as in a tokenizer.json.
 */

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const letters = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const signs = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
const spaces = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Numbers are cut after every third digit. */
export const llama3Pattern = [contractions, letters, "\\p{N}{1,3}", signs, spaces].join("|");
/** Every digit is a word. */
export const qwen2Pattern = [contractions, letters, "\\p{N}", signs, spaces].join("|");
/** What a `ByteLevel` pre-tokenizer with `use_regex` stands for. */
export const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
/** Words are cut where a capital follows a small letter. */
const cased = (ending: string): string =>
  `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+${ending}|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*${ending}`;
const pathSigns = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*";
const tekkenPattern = [cased(""), "\\p{N}", pathSigns, spaces].join("|");
const gpt4oPattern = [cased(`${contractions}?`), "\\p{N}{1,3}", pathSigns, spaces].join("|");

/** What stands behind a name of llama.cpp: patterns, and whether a word that is a token is never cut. */
export interface NamedPatterns {
  patterns: readonly string[];
  ignoreMerges: boolean;
}

const families: [names: string, patterns: string[], ignoreMerges: boolean][] = [
  ["llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", [llama3Pattern], true],
  ["smaug-bpe dbrx chatglm-bpe glm4", [llama3Pattern], false],
  ["qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2", [qwen2Pattern], false],
  [
    "gpt-2 phi-2 jina-es jina-de jina-v1-en jina-v2-es jina-v2-de jina-v2-code roberta-bpe gigachat a.x-4.0 mellum modern-bert mpt olmo jais trillion granite-docling exaone4",
    [gpt2Pattern],
    false,
  ],
  ["starcoder refact command-r smollm codeshell exaone minerva-7b mellum2", ["\\p{N}", gpt2Pattern], false],
  ["falcon", ["[\\p{P}$+<=>^~|`]+", gpt2Pattern, "[0-9][0-9][0-9]"], false],
  ["tekken", [tekkenPattern], true],
  ["gpt-4o llama4 kanana2 talkie", [gpt4oPattern], false],
  ["default", ["[\\p{P}$+<=>^~|]+", gpt2Pattern, "\\p{N}+", "[0-9][0-9][0-9]"], false],
];

/** By the name in `tokenizer.ggml.pre`. Source: llama-vocab.cpp of ggml-org/llama.cpp. */
export const namedPatterns: ReadonlyMap<string, NamedPatterns> = new Map(
  families.flatMap(([names, patterns, ignoreMerges]) =>
    names.split(" ").map((name): [string, NamedPatterns] => [name, { patterns, ignoreMerges }]),
  ),
);

/** A tokenizer.json's pre-tokenizer that cuts by `patterns`, one after the other, and spells words in the byte alphabet. */
export function byteLevelPreTokenizer(patterns: readonly string[]): Record<string, unknown> {
  const splits = patterns.map((pattern) => ({
    type: "Split",
    pattern: { Regex: pattern },
    behavior: "Isolated",
    invert: false,
  }));
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  return { type: "Sequence", pretokenizers: [...splits, bytes] };
}

export const byteLevelDecoder = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
