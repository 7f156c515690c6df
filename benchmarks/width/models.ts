/** Models as wide as LLaMa-3-8B with random weights in bf16, and its tokenizer with a chat format of its tokens. */
import { cpSync, existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeFolderAtomic } from "../../src/atomic-output.js";
import { createRandomModel } from "../../src/model/random-model.js";

const shape = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  rms_norm_eps: 1e-5,
  rope_theta: 500000,
  max_position_embeddings: 8192,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
  bos_token_id: 128000,
};

const [endOfText, endOfTurn] = [128001, 128009];
const chatTemplate =
  "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n" +
  "{{ message['content'] }}<|eot_id|>{% endfor %}" +
  "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}";

/** Written once; found again by the next run. */
export async function wideModel(
  folder: string,
  tokenizer: string,
  { layers, seed, chat }: { layers: number; seed: number; chat: boolean },
): Promise<string> {
  if (existsSync(folder)) return folder;
  process.stderr.write(`making ${folder}\n`);
  const eos_token_id = chat ? [endOfText, endOfTurn] : endOfText;
  await writeFolderAtomic(folder, (partial) => {
    createRandomModel(partial, { ...shape, num_hidden_layers: layers, eos_token_id }, { seed, dtype: "BF16" });
    cpSync(tokenizer, path.join(partial, "tokenizer.json"));
    const settings = {
      bos_token: "<|begin_of_text|>",
      eos_token: chat ? "<|eot_id|>" : "<|end_of_text|>",
      ...(chat && { chat_template: chatTemplate }),
    };
    writeFileSync(path.join(partial, "tokenizer_config.json"), `${JSON.stringify(settings, null, 2)}\n`);
    const generation = { bos_token_id: shape.bos_token_id, eos_token_id };
    writeFileSync(path.join(partial, "generation_config.json"), `${JSON.stringify(generation, null, 2)}\n`);
  });
  return folder;
}
