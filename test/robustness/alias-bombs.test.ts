/** YAML and JSON that unfold: aliases of aliases, depth. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { readDataset } from "../../src/benchmark/items.js";
import { modelHistory } from "../../src/model/card/model-sources.js";
import { readModelConfig } from "../../src/model/config.js";
import { loadRecipe } from "../../src/recipe.js";
import { setKeys } from "../../src/set-keys.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { tinyConfig } from "../model/tiny-config.js";
import { tinyTokenizer } from "../model/tiny-tokenizer.js";
import { refuses } from "./expect-refusal.js";

const folder = temporaryFolder();
const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};

/** Ten of ten of ten …: 10^9 entries out of a few lines. */
const laughs = Array.from({ length: 10 }, (_, i) => {
  const entries = i === 0 ? '"lol"' : `*a${i - 1}`;
  return `a${i}: &a${i} [${new Array<string>(10).fill(entries).join(", ")}]`;
}).join("\n");

const deep = 50_000;
const nested = `${"[".repeat(deep)}${"]".repeat(deep)}`;

test("recipe: aliases of aliases, an alias inside of itself, depth", async () => {
  const bomb = write("bomb.yaml", `name: r\nmodels: {base: org/base}\n${laughs}\n`);
  await refuses(() => loadRecipe(bomb), "recipe.syntax", `${bomb}: `);
  const circle = write("circle.yaml", "name: r\nmodels: &m {base: org/base, more: *m}\n");
  await refuses(() => loadRecipe(circle), "recipe.invalid", circle);
  for (const text of [nested, "- ".repeat(deep), "? ".repeat(deep), `${"{a: ".repeat(deep)}${"}".repeat(deep)}`]) {
    const file = write("deep.yaml", `name: r\nmodels: {base: org/base}\nreport:\n  ${text}\n`);
    await refuses(() => loadRecipe(file), "recipe.syntax", `${file}: `);
  }
});

test("--set: neither aliases nor depth", async () => {
  await refuses(() => setKeys({}, ["a=[&x [1, 2], *x, *x]"]), "command.set", "--set");
  await refuses(() => setKeys({}, [`a=${nested}`]), "command.set", "--set");
});

test("a model card with a bomb says nothing, as any card that cannot be read", () => {
  write("card/README.md", `---\n${laughs}\nlicense: mit\n---\n`);
  const { sources } = modelHistory(path.join(folder, "card"));
  if (sources[0]!.license !== undefined) throw new Error("the bomb was unfolded");
});

test("JSON as deep as one likes: refused by name or passed over, never out of stack", async () => {
  const config = write("model/config.json", JSON.stringify(tinyConfig({ more: "@" })).replace('"@"', nested));
  await tolerant(() => readModelConfig(path.dirname(config)), config);
  const json = JSON.stringify({ ...tinyTokenizer(), more: "@" }).replace('"@"', nested);
  const tokenizer = write("tokenizer/tokenizer.json", json);
  await tolerant(() => loadTokenizer(path.dirname(tokenizer)), tokenizer);
  const items = write(
    "data/rummlu/test.jsonl",
    `{"messages": [{"role": "user", "content": "x"}], "inputs": {"a": ${nested}}, "outputs": ${nested}, "meta": {"a": ${nested}}}\n`,
  );
  await refuses(() => readDataset(path.join(folder, "data"), "rummlu"), "benchmark.item", `${items}: line 1`);
});

async function tolerant(work: () => unknown, name: string): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code } = error as { code: string };
    await refuses(
      () => {
        throw error;
      },
      code,
      name,
    );
  }
}
