import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { RecipeError } from "../src/errors.js";
import { packageRoot } from "../src/package-root.js";
import { loadRecipe, loadRecipeToPlan, recipeJsonSchema } from "../src/recipe.js";
import { editDistance } from "../src/recipe-faults.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-recipe-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function recipe(text: string): string {
  const file = path.join(folder, "recipe.yaml");
  writeFileSync(file, text);
  return file;
}

function faults(text: string, overrides: string[] = []): string {
  try {
    loadRecipe(recipe(text), overrides);
  } catch (error) {
    assert.ok(error instanceof RecipeError);
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  return assert.fail("the recipe was taken");
}

test("every shipped recipe is valid", () => {
  for (const name of ["tiny-extended", "tiny-bpe"]) {
    const loaded = loadRecipe(path.join(packageRoot(), "recipes", `${name}.yaml`));
    assert.equal(loaded.name, name);
    assert.ok(path.isAbsolute(loaded.models.base));
  }
});

test("all faults are reported at once, with their paths and a likely spelling", () => {
  const message = faults(`
name: r
models: {base: data/tiny-base, instruct: data/tiny-instruct}
corpus: {train: [data/tiny/corpus/train.txt.gz], validation: [data/tiny/corpus/validation.txt]}
vocabulary: {method: extendet}
pretraining: {learning_rat: 0.1, steps: -1}
propagation: {method: conversion}
`);
  assert.match(message, /3 faults/);
  assert.match(message, /vocabulary\.method: must be one of .*did you mean extended\?/);
  assert.match(message, /pretraining\.learning_rat: unknown key; did you mean learning_rate\?/);
  assert.match(message, /pretraining\.steps: /);
});

test("a control is a model that is there, or a further row of propagation", () => {
  const text = (also: string, controls: string) => `
name: r
models: {base: data/tiny-base, instruct: data/tiny-instruct}
corpus: {train: [data/tiny/corpus/train.txt.gz], validation: [data/tiny/corpus/validation.txt]}
pretraining: {}
propagation: {method: conversion, also: ${also}}
calibration: {prompts: [data/tiny/prompts.jsonl], controls: ${controls}}
`;
  const { calibration } = loadRecipe(recipe(text("[initialised, swap]", "[initialised, original, swap]")));
  assert.deepEqual(calibration?.controls, ["initialised", "original", "swap"]);
  const message = faults(text("[swap, conversion]", "[overlap, swap, conversion]"));
  assert.match(message, /2 faults/);
  assert.match(message, /calibration\.controls\.0: must be one of initialised, original, swap; .*propagation\.also/);
  assert.match(message, /calibration\.controls\.2: /);
});

test("to plan with, missing files come back beside the recipe; other faults stay faults", () => {
  const text = `
name: r
models: {base: data/tiny-base, instruct: org/model}
corpus: {train: [nowhere/*.txt], validation: [data/tiny/corpus/validation.txt]}
benchmark: {tasks: [rummlu], data: nowhere}
`;
  const { recipe: loaded, missing } = loadRecipeToPlan(recipe(text));
  assert.equal(loaded.name, "r");
  assert.deepEqual(missing, ["corpus.train.0: nowhere/*.txt matches nothing", "benchmark.data: nowhere is not there"]);
  assert.throws(() => loadRecipeToPlan(recipe(text), ["models.base=nowhere", "nam=x"]), {
    message: /2 faults\n {2}nam: unknown key; did you mean name\?\n {2}models.base: nowhere is neither/,
  });
});

test("the engine is ggml unless another is named, and only one that there is", () => {
  const text = "name: r\nmodels: {base: data/tiny-base}\n";
  assert.equal(loadRecipe(recipe(text)).engine, "ggml");
  assert.equal(loadRecipe(recipe(text), ["engine=tfjs"]).engine, "tfjs");
  assert.match(faults(text, ["engine=tfj"]), /engine: must be one of .*did you mean tfjs\?/);
});

test("a section that another needs is named", () => {
  const message = faults("name: r\nmodels: {base: data/tiny-base}\npropagation: {method: swap}\n");
  assert.match(message, /propagation: needs the section pretraining/);
  assert.match(message, /propagation: needs models\.instruct/);
  const calibration = faults("name: r\nmodels: {base: data/tiny-base}\ncalibration: {}\n");
  assert.match(calibration, /calibration: needs the section propagation/);
});

test("sources of the calibration: files are found wherever they stand, and faults have their paths", () => {
  const text = (calibration: string): string => `
name: r
models: {base: data/tiny-base, instruct: data/tiny-instruct}
corpus: {train: [data/tiny/corpus/train.txt.gz], validation: [data/tiny/corpus/validation.txt]}
pretraining: {}
propagation: {}
calibration: ${calibration}
`;
  const prompts = path.join(packageRoot(), "data", "tiny", "prompts.jsonl");
  const { calibration } = loadRecipe(
    recipe(
      text("{sources: {own: {source: self}, chats: {source: instructions, instructions: [data/tiny/prompts.jsonl]}}}"),
    ),
  );
  assert.deepEqual(calibration?.sources?.chats?.instructions, [prompts]);
  const message = faults(
    text("{sources: {a: {source: instructions, instructions: [nowhere.jsonl], wieght: 1}, b: {source: slef}}}"),
  );
  assert.match(message, /calibration\.sources\.a\.instructions\.0: nowhere\.jsonl matches nothing/);
  assert.match(message, /calibration\.sources\.a\.wieght: unknown key; did you mean weight\?/);
  assert.match(message, /calibration\.sources\.b\.source: must be one of self, instructions; did you mean self\?/);
  assert.match(faults(text("{source: instructions}")), /calibration\.instructions: source instructions needs it/);
});

test("missing files and models are faults of the recipe", () => {
  const message = faults(`
name: r
models: {base: ./nowhere/at-all}
corpus: {train: [nowhere/*.txt], validation: [data/tiny/corpus/validation.txt]}
benchmark: {data: data/tiny/benchmark, taks: [rummlu]}
`);
  assert.match(message, /benchmark\.taks: unknown key; did you mean tasks\?/);
  assert.match(message, /models\.base: .*neither a folder nor a hub id/);
  assert.match(message, /corpus\.train\.0: .*matches nothing/);
});

test("a hub id may name a revision; what looks like a path that ships is none", () => {
  const { models } = loadRecipe(recipe("name: r\nmodels: {base: org/base@v1.0, instruct: org/instruct}\n"));
  assert.deepEqual(models, { base: "org/base@v1.0", instruct: "org/instruct" });
  for (const base of ["data/tiny-bse", "org/base@", "org/base@../x"]) {
    assert.match(faults(`name: r\nmodels: {base: ${base}}\n`), /models\.base: .*neither a folder nor a hub id/);
  }
});

test("tokenizers and texts of the report: found by name, and missing ones are faults", () => {
  const text = `
name: r
models: {base: data/tiny-base}
corpus: {train: [data/tiny/corpus/train.txt.gz], validation: [data/tiny/corpus/validation.txt]}
vocabulary: {method: extended}
`;
  const { report } = loadRecipe(
    recipe(`${text}report:
  vocabularies: {bytes: tokenizers/byte-level}
  corpora: {replay: {files: [data/tiny/corpus/replay.txt.gz]}}\n`),
  );
  assert.equal(report?.vocabularies?.bytes, path.join(packageRoot(), "tokenizers", "byte-level"));
  assert.deepEqual(report?.corpora?.replay, {
    files: [path.join(packageRoot(), "data", "tiny", "corpus", "replay.txt.gz")],
    documents: "file",
  });
  const message = faults(`${text}report:
  vocabularies: {original: ./nowhere/at-all}
  corpora: {a: {files: [nowhere/*.txt], document: file}, validation: {files: [data/tiny/corpus/train.txt.gz]}}\n`);
  assert.match(message, /report\.vocabularies\.original: .*neither a folder nor a hub id/);
  assert.match(message, /report\.vocabularies\.original: the name is taken/);
  assert.match(message, /report\.corpora\.validation: the name is taken/);
  assert.match(message, /report\.corpora\.a\.files\.0: nowhere\/\*\.txt matches nothing/);
  assert.match(message, /report\.corpora\.a\.document: unknown key; did you mean documents\?/);
  const alone = "name: r\nmodels: {base: data/tiny-base}\nreport: {vocabularies: {bytes: tokenizers/byte-level}}\n";
  assert.match(faults(alone), /report\.vocabularies: needs the section vocabulary/);
});

test("several corpora by name: files are found, and every fault of one has its path", () => {
  const text = (corpus: string): string => `
name: r
models: {base: data/tiny-base}
corpus: {validation: [data/tiny/corpus/validation.txt], ${corpus}}
`;
  const train = "data/tiny/corpus/train.txt.gz";
  const { corpus } = loadRecipe(
    recipe(
      text(
        `train: {ru: {files: [${train}], weight: 2}, uk: {files: [${train}], weight: 1}}, sampling: {method: weights}`,
      ),
    ),
  );
  assert.deepEqual(corpus!.train, {
    ru: { files: [path.join(packageRoot(), train)], weight: 2 },
    uk: { files: [path.join(packageRoot(), train)], weight: 1 },
  });
  assert.equal(corpus!.sampling!.method, "weights");
  const message = faults(
    text(
      `train: {ru: {file: [${train}]}, replay: {files: [${train}]}, uk: {files: [nowhere.txt], weight: 0}}, sampling: {metod: unimax}`,
    ),
  );
  assert.match(message, /corpus\.train\.ru\.file: unknown key; did you mean files\?/);
  assert.match(message, /corpus\.train\.ru\.files: /);
  assert.match(message, /corpus\.train\.replay: the name is taken/);
  assert.match(message, /corpus\.train\.uk\.weight: /);
  assert.match(message, /corpus\.train\.uk\.files\.0: nowhere\.txt matches nothing/);
  assert.match(message, /corpus\.sampling\.metod: unknown key; did you mean method\?/);
  assert.match(faults(text("train: 5")), /corpus\.train: expected a list or a map/);
  assert.match(faults(text("train: {}")), /corpus\.train: name at least one corpus/);
  assert.match(faults(text("train: []")), /corpus\.train: /);
  const weighted = `train: {ru: {files: [${train}], weight: 2}, uk: {files: [${train}]}}`;
  assert.match(faults(text(weighted)), /corpus\.train\.ru\.weight: counts only with sampling\.method: weights/);
  assert.match(
    faults(text(`${weighted}, sampling: {method: weights}`)),
    /corpus\.train\.uk\.weight: sampling by weights needs it/,
  );
  assert.match(
    faults(text(`train: [${train}], sampling: {method: weights}`)),
    /corpus\.sampling\.method: one list of files has no weights/,
  );
});

test("--set changes any key, and its own faults are named", () => {
  const text = "name: r\nmodels: {base: data/tiny-base}\n";
  const loaded = loadRecipe(recipe(text), ["seed=7", "name=other"]);
  assert.equal(loaded.seed, 7);
  assert.equal(loaded.name, "other");
  assert.match(faults(text, ["seed"]), /expected path\.to\.key=value/);
  assert.match(faults(text, ["__proto__.x=1"]), /expected path\.to\.key=value/);
  assert.match(faults(text, ["name.deeper=1"]), /holds no keys/);
});

test("broken YAML and aliases without end are refused", () => {
  assert.match(faults("name: [r\n"), /recipe\.yaml: /);
  assert.match(faults("- a\n- b\n"), /a map of sections/);
  const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]\n`).join("")}`;
  assert.match(faults(bomb), /alias/i);
});

test("a name that would leave the runs folder is refused", () => {
  assert.match(faults("name: ../up\nmodels: {base: data/tiny-base}\n"), /name: letters, digits/);
});

test("the shipped JSON Schema is the recipe's", () => {
  const shipped = readFileSync(path.join(packageRoot(), "recipes", "recipe.schema.json"), "utf8");
  assert.deepEqual(JSON.parse(shipped), JSON.parse(JSON.stringify(recipeJsonSchema())));
});

test("edit distance: values by hand", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("same", "same"), 0);
});
