/**
 * Which of llama.cpp's pre-tokenizers cuts text as a tokenizer.json does. llama.cpp knows them by name
 * only, so the pattern has to be one of those behind the names; the gate then checks the ids.
 */
import { CheckpointError } from "../../errors.js";
import { gpt2Pattern, llama3Pattern, qwen2Pattern } from "../../tokenizer/formats/patterns.js";
import { type Component, componentsOf } from "../../tokenizer/tokenizer-components.js";
import type { TokenizerJson } from "../../tokenizer/tokenizer-json.js";

/** Name by pattern; the second name is for the same pattern where whole words are not looked up before the merges. */
const names = new Map<string, { ignoresMerges?: string; appliesMerges?: string }>([
  [llama3Pattern, { ignoresMerges: "llama-bpe", appliesMerges: "smaug-bpe" }],
  [qwen2Pattern, { appliesMerges: "qwen2" }],
  [gpt2Pattern, { appliesMerges: "gpt-2" }],
]);

/** `tokenizer.ggml.pre`. Throws `CheckpointError` (`gguf.pre_tokenizer`) with the pattern where llama.cpp has no such name. */
export function preTokenizerName(tokenizer: TokenizerJson): string {
  const refuse = (what: string): CheckpointError =>
    new CheckpointError("gguf.pre_tokenizer", `${tokenizer.source}: llama.cpp has no pre-tokenizer for ${what}`, {
      hint: "The patterns of GPT-2, LLaMa-3 and Qwen2 can be exported.",
    });
  for (const { type } of componentsOf(tokenizer.normalizer)) {
    // Composed text, by far the usual kind, passes NFC unchanged.
    if (type !== "NFC") throw refuse(`the normalizer ${type}`);
  }
  const pattern = patternOf(componentsOf(tokenizer.preTokenizer));
  if (pattern === undefined) throw refuse(JSON.stringify(tokenizer.preTokenizer));
  const name = names.get(pattern)?.[tokenizer.ignoreMerges ? "ignoresMerges" : "appliesMerges"];
  if (name !== undefined) return name;
  throw refuse(`the pattern ${pattern}${tokenizer.ignoreMerges ? " with ignore_merges" : ""}`);
}

/** The one pattern that cuts words, whether as a split of its own or inside the byte-level step. */
function patternOf(components: Component[]): string | undefined {
  const splits = components.filter(({ type }) => type === "Split");
  const bytes = components.filter(({ type }) => type === "ByteLevel");
  const [step] = bytes;
  if (bytes.length !== 1 || splits.length + 1 !== components.length || step!.add_prefix_space === true)
    return undefined;
  const ownPattern = step!.use_regex !== false;
  if (splits.length === 0) return ownPattern ? gpt2Pattern : undefined;
  const [split] = splits;
  const pattern = (split!.pattern as { Regex?: unknown } | undefined)?.Regex;
  const isPlain = split!.behavior === "Isolated" && split!.invert !== true && typeof pattern === "string";
  return splits.length === 1 && !ownPattern && isPlain ? pattern : undefined;
}
