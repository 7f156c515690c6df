import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { type ModelStep, writeModelCard } from "../../../src/model/card/model-card.js";
import { modelHistory } from "../../../src/model/card/model-sources.js";
import { createRandomModel } from "../../../src/model/random-model.js";
import { temporaryFolder } from "../temporary-folder.js";
import { tinyConfig } from "../tiny-config.js";

const root = temporaryFolder();
const commit = "0123456789abcdef0123456789abcdef01234567";

function makeModel(name: string, card?: string): string {
  const folder = path.join(root, name);
  mkdirSync(path.dirname(folder), { recursive: true });
  createRandomModel(folder, tinyConfig(), { seed: 1, dtype: "BF16" });
  if (card !== undefined) writeFileSync(path.join(folder, "README.md"), card);
  return folder;
}

const step = (title: string, models: Record<string, string>, changes: Partial<ModelStep> = {}): ModelStep => ({
  ...{ title, text: `${title}, in words.`, models, options: {}, numbers: {} },
  ...changes,
});

const read = (folder: string): string => readFileSync(path.join(folder, "README.md"), "utf8");
const head = (folder: string): Record<string, unknown> => parse(read(folder).split("---\n")[1]!);

const base = makeModel(
  `hub/models--org--base/snapshots/${commit}`,
  "---\nlicense: other\nlicense_name: llama3\nlanguage: en\n---\n# base\n",
);

test("a card names models, commits, licences and languages, options and numbers", () => {
  const folder = makeModel("initialised");
  const options = {
    initializer: "mean",
    corpus: { files: ["/somewhere/secret.txt"], documents: "file" },
    nothing: null,
  };
  const numbers = { loss: { before: 2.71934567, after: 2 }, list: [1, 2], "a|b": "c|d" };
  writeModelCard(folder, step("Rows made", { model: base }, { options, numbers }), ["ru"]);
  assert.deepEqual(head(folder), {
    base_model: ["org/base"],
    language: ["en", "ru"],
    license: "llama3",
    library_name: "transformers",
    pipeline_tag: "text-generation",
    tags: ["lep", "learned-embedding-propagation"],
    lep: { sources: [{ name: "org/base", revision: commit, license: "llama3" }] },
  });
  const text = read(folder);
  for (const line of [
    "### Rows made",
    `- model: org/base at commit ${commit}`,
    "| initializer | mean |",
    "| corpus.documents | file |",
    "| loss.before | 2.7193 |",
    "| list | 1, 2 |",
    "- `org/base`: llama3",
  ]) {
    assert.ok(text.includes(line), line);
  }
  assert.equal(text.includes("secret"), false);
  assert.equal(text.includes(root), false);
});

test("what was done before stays, and each original model is named once", () => {
  const instruct = makeModel("instruct", "---\nlicense: mit\n---\n");
  const [one, two, three] = ["one", "two", "three"].map((name) => makeModel(name)) as [string, string, string];
  writeModelCard(one, step("First", { model: base }));
  writeModelCard(two, step("Second", { model: one }));
  writeModelCard(three, step("Third", { base, instruct, adapted: two }));
  const text = read(three);
  const places = ["### First", "### Second", "### Third"].map((title) => text.indexOf(title));
  assert.ok(places.every((place, i) => place > (places[i - 1] ?? 0)));
  assert.equal(text.split("### First").length, 2);
  assert.ok(text.includes("- adapted: the one of “Second”"));
  assert.deepEqual(
    modelHistory(three).sources.map(({ name }) => name),
    ["org/base", "instruct"],
  );
  assert.equal("license" in head(three), false);
  assert.ok(text.includes("- `instruct`: mit") && text.includes("- `org/base`: llama3"));
});

test("the same again gives the same bytes; a card by hand, or one that is broken, says nothing wrong", () => {
  const folder = makeModel("again");
  for (const card of ["no front matter", "---\n: : [\n---\n", "---\nlicense: 3\nlep: 7\n---\n", "---\n- a\n---\n"]) {
    const odd = makeModel("odd", card);
    writeModelCard(folder, step("Done", { model: odd }));
    assert.deepEqual(modelHistory(folder).sources, [{ name: "odd" }]);
    const first = read(folder);
    writeModelCard(folder, step("Done", { model: odd }));
    assert.equal(read(folder), first);
  }
  const scratch = makeModel("scratch");
  writeModelCard(scratch, step("Random weights", {}));
  writeModelCard(folder, step("Trained", { model: scratch }));
  assert.ok(read(folder).includes("- model: the one of “Random weights”"));
  assert.ok(read(folder).includes("no other model"));
  assert.equal("base_model" in head(folder), false);
});

test("a link to a snapshot is that snapshot, a copy is a folder", () => {
  symlinkSync(base, path.join(root, "link"));
  assert.equal(modelHistory(path.join(root, "link")).sources[0]!.name, "org/base");
  cpSync(base, path.join(root, "copy"), { recursive: true });
  assert.equal(modelHistory(path.join(root, "copy")).sources[0]!.name, "copy");
});
