/** Plans of recipes without the network; what a run then does is compared in pipeline.test.ts. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { packageRoot } from "../src/package-root.js";
import { findGpu } from "../src/plan/gpus.js";
import { type PlannedStage, planRun, type RunPlan } from "../src/plan.js";
import { loadRecipe, loadRecipeToPlan } from "../src/recipe.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-plan-"));
after(() => rmSync(folder, { recursive: true }));
const cache = path.join(folder, "hub");
process.env.HF_HOME = cache;

const recipes = path.join(packageRoot(), "recipes");
const file = (name: string): string => path.join(recipes, `${name}.yaml`);
const paper = ["llama3-bpe", "llama3-unigram", "llama3-extended", "llama3-optimized"].concat([
  "mistral-bpe",
  "mistral-unigram",
  "mistral-extended",
]);

function stageOf({ stages }: RunPlan, name: string): PlannedStage {
  return stages.find(({ stage }) => stage === name)!;
}

describe("the paper's recipes", () => {
  it("are the seven that ship beside the embedded default", () => {
    const names = readdirSync(recipes).filter((name) => name.endsWith(".yaml") && !name.startsWith("tiny-"));
    assert.deepEqual(names, [...paper].map((name) => `${name}.yaml`).sort());
  });

  for (const name of paper) {
    it(`${name}: fits into 80 GB; what is not here is said`, async () => {
      const { recipe, missing } = loadRecipeToPlan(file(name));
      assert.throws(() => loadRecipe(file(name)), { code: "recipe.invalid", exitCode: 2 });
      assert.ok(missing.some((line) => /^corpus\.train\.0: .* matches nothing$/.test(line)));
      const { block_size, blocks_per_step, beta1, beta2, epsilon, weight_decay, warmup_steps } = recipe.pretraining!;
      assert.deepEqual(
        { block_size, blocks_per_step, beta1, beta2, epsilon, weight_decay, warmup_steps },
        {
          ...{ block_size: 4096, blocks_per_step: 256, beta1: 0.9, beta2: 0.95 },
          ...{ epsilon: 1e-5, weight_decay: 0.1, warmup_steps: 100 },
        },
      );
      const runs = path.join(folder, name);
      const plan = await planRun(recipe, { folder: runs, gpu: findGpu("A100-80GB"), assumedCharacters: 3 * 2 ** 32 });
      assert.equal(existsSync(runs) || existsSync(cache), false);
      const { tokens, plan: pretraining } = stageOf(plan, "pretraining");
      assert.equal(pretraining!.steps!.value, 4096);
      assert.equal(pretraining!.work.at(-1)!.tokens!.value, 2 ** 32);
      assert.ok(tokens!.value >= 2 ** 32);
      for (const stage of ["pretraining", "calibration"]) {
        const memory = stageOf(plan, stage).plan!.memory!;
        assert.ok(memory.fits && memory.bytes > 30e9, `${stage}: ${memory.bytes}`);
      }
      const sizes = name.startsWith("llama3")
        ? [16_060_522_496, 16_060_522_496]
        : [14_483_464_192, 14_483_480_576 + 16_384];
      assert.deepEqual(
        plan.downloads.map(({ bytes }) => bytes),
        sizes,
      );
      assert.deepEqual(
        plan.warnings.filter((line) => !line.startsWith("the disk of")),
        [],
      );
    });
  }
});

describe("a plan", () => {
  it("without the training text: says so, and what a step takes", async () => {
    const { recipe, missing } = loadRecipeToPlan(file("tiny-bpe"), ["corpus.train=[nowhere/*.txt]"]);
    assert.deepEqual(missing, ["corpus.train.0: nowhere/*.txt matches nothing"]);
    const { steps: _, ...section } = recipe.pretraining!;
    const plan = await planRun(
      { ...recipe, pretraining: { ...section, epochs: 1 } },
      { folder: path.join(folder, "r") },
    );
    const { tokens, seconds, flops, plan: pretraining } = stageOf(plan, "pretraining");
    assert.deepEqual([tokens, seconds, flops, pretraining!.steps], [null, null, null, null]);
    assert.ok(
      plan.notes.some((note) => /pretraining: train: its files are not there/.test(note)),
      plan.notes.join("\n"),
    );
    assert.ok(
      plan.notes.some((note) => /training: each step of 384 positions takes/.test(note)),
      plan.notes.join("\n"),
    );
    assert.equal(plan.seconds, null);
  });

  it("of a training that does not fit names options that would help; without a device, the GPU's name", async () => {
    const { recipe } = loadRecipeToPlan(file("llama3-extended"), ["pretraining.activation_checkpointing=false"]);
    const only = { name: recipe.name, models: recipe.models, corpus: recipe.corpus, pretraining: recipe.pretraining };
    const small = {
      ...recipe,
      ...only,
      vocabulary: undefined,
      propagation: undefined,
      calibration: undefined,
      benchmark: undefined,
    };
    const plan = await planRun(small, {
      folder: path.join(folder, "r"),
      gpu: { ...findGpu("A100-40GB"), memory: 52e9 },
    });
    const [warning = ""] = plan.warnings.filter((line) => line.startsWith("pretraining"));
    assert.match(warning, /needs \d+\.\d GB of memory, \d+\.\d GB are free; would fit: activation_checkpointing: true/);
    if (process.platform === "darwin") return;
    const without = await planRun({ ...small, device: "metal" }, { folder: path.join(folder, "r") });
    assert.match(without.warnings.join("\n"), /Metal.*--gpu names one/);
  });

  it("with a model of which nothing is known: null instead of numbers", async () => {
    const text = path.join(folder, "unknown.yaml");
    writeFileSync(text, "name: u\nmodels: {base: someone/some-model}\nbenchmark: {}\n");
    const plan = await planRun(loadRecipeToPlan(text).recipe, { folder: path.join(folder, "u") });
    assert.deepEqual(plan.downloads, [{ name: "someone/some-model", bytes: null }]);
    assert.equal(plan.flops, null);
  });

  it("with items of the hub that are not here: a download, and no number of items", async () => {
    const text = path.join(folder, "items.yaml");
    writeFileSync(
      text,
      "name: i\nmodels: {base: data/tiny-base}\nbenchmark: {data: RefalMachine/darumeru, tasks: all}\n",
    );
    const plan = await planRun(loadRecipeToPlan(text).recipe, { folder: path.join(folder, "i") });
    assert.deepEqual(plan.downloads, [{ name: "RefalMachine/darumeru", bytes: null }]);
    assert.match(plan.notes.join("\n"), /benchmark: data sets are not there/);
    assert.equal(existsSync(cache), false);
  });
});

it("files of an initializer that cannot be used end a plan as they would end a run; those that are not there do not", async () => {
  const at = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const files = { source_vectors: at("en.vec", "cat 1 0\n"), target_vectors: at("ru.vec", "кот 0 1\n") };
  const planWith = (dictionary: string) => {
    const initializer = JSON.stringify({ method: "wechsel", ...files, dictionary });
    const overrides = [`pretraining.initializer=${initializer}`, "pretraining.head_initializer=mean"];
    const { recipe } = loadRecipeToPlan(file("tiny-extended"), overrides);
    // What comes after the check: the base model is opened.
    return planRun({ ...recipe, models: { base: path.join(folder, "en.vec") } }, { folder });
  };
  await assert.rejects(planWith(at("pairs.txt", "bird\tптица\n")), { code: "dictionary.no_overlap", exitCode: 2 });
  await assert.rejects(planWith(path.join(folder, "nowhere.txt")), { name: "CheckpointError" });
});
