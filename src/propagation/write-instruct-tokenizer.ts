import { copyFileSync, existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readJsonObject } from "../model/config.js";
import { copyTokenizerFiles } from "../tokenizer/write-tokenizer.js";

/** What a tokenizer's configuration says about the model's use, rather than about its vocabulary. */
const roles = [
  "bos_token",
  "eos_token",
  "unk_token",
  "pad_token",
  "sep_token",
  "cls_token",
  "mask_token",
  "additional_special_tokens",
  "extra_special_tokens",
  "add_bos_token",
  "add_eos_token",
  "chat_template",
  "model_max_length",
  "padding_side",
] as const;

const templateFile = "chat_template.jinja";

/**
 * Writes tokenizer files into the folder `to`: the vocabulary of the folder `adapted`, with the chat template and the
 * special tokens' roles of the folder `instruct`.
 */
export function writeInstructTokenizer(adapted: string, instruct: string, to: string): void {
  copyTokenizerFiles(adapted, to);
  // A base model's template would take the place of the one inside the instruct model's configuration.
  rmSync(path.join(to, templateFile), { force: true });
  const template = path.join(instruct, templateFile);
  if (existsSync(template)) copyFileSync(template, path.join(to, templateFile));
  for (const name of ["tokenizer_config.json", "special_tokens_map.json"]) {
    const own = readOptionalJson(path.join(adapted, name)) ?? {};
    const carried = readOptionalJson(path.join(instruct, name));
    if (carried === undefined) continue;
    const merged: Record<string, unknown> = { ...own };
    for (const role of roles) {
      delete merged[role];
      if (Object.hasOwn(carried, role)) merged[role] = carried[role];
    }
    writeJson(path.join(to, name), merged);
  }
}

/** The object in a JSON file, or undefined where there is no such file. Throws `CheckpointError` naming the file. */
export function readOptionalJson(file: string): Record<string, unknown> | undefined {
  return existsSync(file) ? readJsonObject(file) : undefined;
}

export function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
