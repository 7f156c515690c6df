/** `__proto__` and `constructor` as keys of JSON and YAML: data like any other, or refused by name; never a prototype. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, test } from "node:test";
import { parseItem } from "../../src/benchmark/items.js";
import { readInstructions } from "../../src/corpus/instructions.js";
import { parseModelConfig } from "../../src/model/config.js";
import { readAdapterConfig } from "../../src/model/peft/adapter-config.js";
import { parseHeader } from "../../src/model/safetensors-header.js";
import { findShards } from "../../src/model/shards.js";
import { loadRecipe } from "../../src/recipe.js";
import { setKeys } from "../../src/set-keys.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { tinyConfig } from "../model/tiny-config.js";
import { tinyTokenizer } from "../model/tiny-tokenizer.js";
import { refuses } from "./expect-refusal.js";

const folder = temporaryFolder();
const clean = new Set(Object.getOwnPropertyNames(Object.prototype));
afterEach(() => {
  assert.deepEqual(new Set(Object.getOwnPropertyNames(Object.prototype)), clean);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

const keys = ["__proto__", "constructor", "prototype", "toString"];
const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

test("recipe: such keys are unknown ones, in every place", async () => {
  for (const key of keys) {
    for (const text of [
      `name: r\nmodels: {base: org/base}\n${key}: {polluted: true}\n`,
      `name: r\nmodels: {base: org/base, ${key}: {polluted: true}}\n`,
      `name: r\nmodels: {base: org/base}\nreport: {${key}: {polluted: true}}\n`,
    ]) {
      const file = write("recipe.yaml", text);
      await refuses(() => loadRecipe(file), "recipe.invalid", new RegExp(`${key}: unknown key`));
    }
  }
});

test("recipe: a corpus called __proto__ is not left out silently", async () => {
  const file = write(
    "named.yaml",
    "name: r\nmodels: {base: org/base}\ncorpus: {train: {__proto__: {files: [a]}, ru: {files: [data/tiny/corpus/train.txt.gz]}}, validation: [data/tiny/corpus/validation.txt]}\n",
  );
  await refuses(() => loadRecipe(file), "recipe.invalid", /__proto__/);
});

test("--set: no path leads to a prototype", async () => {
  const target = {};
  await refuses(() => setKeys(target, ["__proto__.polluted=true"]), "command.set", "__proto__");
  setKeys(target, ["constructor.prototype.polluted=true"]);
  assert.deepEqual(Object.keys(target), ["constructor"]);
});

test("config.json and adapter_config.json", async () => {
  const raw = JSON.parse(
    JSON.stringify(tinyConfig()).replace("{", '{"__proto__": {"polluted": true, "vocab_size": 7}, "constructor": 1,'),
  ) as Record<string, unknown>;
  assert.equal(parseModelConfig(raw, "config.json").vocab_size, 300);
  await refuses(
    () => parseModelConfig({ ...tinyConfig(), model_type: "constructor", architectures: ["__proto__"] }, "config.json"),
    "checkpoint.architecture",
    "config.json",
  );
  for (const key of keys) {
    const text = `{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "${key}": {"polluted": true}}`;
    const file = write(`${key}/adapter_config.json`, text);
    await refuses(() => readAdapterConfig(path.dirname(file)), "checkpoint.adapter_config", `${file}: ${key}: `);
  }
});

test("safetensors: a dtype or a tensor of that name", async () => {
  const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  const parse = (text: string) => parseHeader(Buffer.from(text), "a.safetensors");
  for (const key of keys) {
    const [found] = parse(`{"${key}": ${JSON.stringify(entry)}}`);
    assert.equal(found!.name, key);
    await refuses(() => parse(JSON.stringify({ a: { ...entry, dtype: key } })), "checkpoint.dtype", key);
  }
  const index = write("shards/model.safetensors.index.json", '{"weight_map": {"__proto__": {"polluted": true}}}');
  await refuses(() => findShards(path.dirname(index)), "checkpoint.index_invalid", "__proto__");
});

test("tokenizer.json: tokens of these names are tokens", async () => {
  const json = tinyTokenizer({ added: keys }) as { added_tokens: { id: number; content: string }[] };
  const place = path.dirname(write("tokenizer/tokenizer.json", JSON.stringify(json)));
  const tokenizer = await loadTokenizer(place);
  for (const key of keys) {
    const { id } = json.added_tokens.find(({ content }) => content === key)!;
    assert.deepEqual(await tokenizer.encode(key), [id]);
    assert.equal(tokenizer.idOf(key), id);
  }
  assert.equal(tokenizer.idOf("valueOf"), undefined);
  for (const key of keys) {
    const file = write(`type-${key}/tokenizer.json`, JSON.stringify({ ...json, normalizer: { type: key } }));
    await refuses(() => loadTokenizer(path.dirname(file)), "tokenizer.unknown_component", file);
  }
});

test("items and conversations", async () => {
  const item = (inputs: string, content: string) =>
    JSON.parse(
      `{"messages": [{"role": "user", "content": "${content}"}], "inputs": ${inputs}, "outputs": "A"}`,
    ) as unknown;
  for (const key of keys) {
    await refuses(() => parseItem(item("{}", `{${key}}`), "a: line 1", 0), "benchmark.placeholder", key);
  }
  const given = parseItem(item('{"constructor": "c", "x": "y"}', "{constructor} {x}"), "a: line 1", 0);
  assert.equal(given.messages[0]!.content, "c y");
  const file = write("chat.jsonl", '{"__proto__": {"messages": [{"role": "user", "content": "x"}]}}\n');
  await refuses(
    async () => {
      for await (const _ of readInstructions([file]));
    },
    "instructions.broken",
    `${file}: line 1`,
  );
});
