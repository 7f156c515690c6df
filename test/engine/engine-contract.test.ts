/** What every engine in the registry does alike: the same losses, the same checkpoints, the same errors. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { Engine, TrainingJob, TrainingOptions, TrainingResult } from "../../src/engine/engine.js";
import { neutralOptions } from "../../src/engine/neutral-options.js";
import { type EngineName, engines } from "../../src/engine/registry.js";
import type { Block } from "../../src/engine/training-set.js";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { randomBlocks, temporaryFolder, writeBlocks, writeMinuteModel } from "./minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);
const place = (name: string): string => path.join(temporary.folder, name);

const all = Object.entries(engines) as [EngineName, Engine][];
const [first, ...others] = all as [[EngineName, Engine], ...[EngineName, Engine][]];
const model = writeMinuteModel(place("model"));
const blocks = randomBlocks(9, 12, 50);
const data = writeBlocks(place("data.blocks"), blocks);
const compute = { device: "cpu", threads: 1 } as const;
/** Of 50. */
const someRows = [
  { first: 5, end: 20 },
  { first: 22, end: 43 },
];

type Changes = Partial<Omit<TrainingJob, "options">> & { options?: Partial<TrainingOptions> };

function createJob(label: string, { options, ...changes }: Changes = {}): TrainingJob {
  const folder = place(label);
  mkdirSync(folder, { recursive: true });
  return {
    ...{ model, data: { sets: [{ file: data, weight: 1 }] }, rows: [{ first: 0, end: 50 }], compute },
    checkpoints: path.join(folder, "checkpoints"),
    output: path.join(folder, "output"),
    ...changes,
    options: {
      ...neutralOptions,
      ...{ steps: 20, blocks_per_step: 4, micro_batch: 2, seed: 3 },
      ...{ learning_rate: 0.01, schedule: "cosine", final_learning_rate_share: 0.1, warmup_steps: 3 },
      ...{ beta2: 0.95, epsilon: 1e-5, weight_decay: 0.1, clip_norm: 1 },
      ...options,
    },
  };
}

const lora = {
  ...neutralOptions.lora,
  ...{ rank: 4, alpha: 16, dropout: 0.2, target_modules: ["q_proj", "v_proj", "down_proj"] as const },
};
const trainings: Record<string, Changes> = {
  "some rows of both tables": { rows: someRows, options: { trainable: "embeddings" } },
  "adapters with dropout, and the head": { options: { trainable: "lora", lora, tables: ["head"] } },
  "every weight": { options: { trainable: "full" } },
};

function assertClose(losses: readonly number[], expected: readonly number[]): void {
  assert.equal(losses.length, expected.length);
  for (const [i, loss] of losses.entries()) {
    assert.ok(Math.abs(loss - expected[i]!) < 1e-3, `step ${i + 1}: ${loss}, not ${expected[i]}`);
  }
}

for (const [training, changes] of Object.entries(trainings)) {
  describe(`twenty steps on ${training}`, () => {
    const results = new Map<EngineName, TrainingResult>();
    const outputOf = (name: EngineName): string => createJob(`${name}-${training}`, changes).output;
    before(async () => {
      for (const [name, engine] of all)
        results.set(name, await engine.train(createJob(`${name}-${training}`, changes)));
    });

    it("bring the loss down", () => {
      for (const { steps, losses } of results.values()) {
        assert.equal(steps, 20);
        const mean = (some: number[]): number => some.reduce((sum, loss) => sum + loss, 0) / some.length;
        assert.ok(mean(losses.slice(-5)) < 0.95 * mean(losses.slice(0, 5)), `${losses}`);
      }
    });

    for (const [name, engine] of others) {
      it(`have the same losses with ${name} as with ${first[0]}`, () => {
        const [ours, expected] = [results.get(name)!, results.get(first[0])!];
        assertClose(ours.losses, expected.losses);
        assert.equal(ours.tokens, expected.tokens);
      });

      for (const [from, to] of [
        [first, [name, engine]],
        [[name, engine], first],
      ] as const) {
        it(`are continued by ${to[0]} from a checkpoint of ${from[0]}`, async () => {
          const job = createJob(`${from[0]}-then-${to[0]}-${training}`, changes);
          const controller = new AbortController();
          const begun: number[] = [];
          const interrupted = from[1].train(
            job,
            ({ step }) => {
              begun.push(step);
              if (step === 8) controller.abort();
            },
            controller.signal,
          );
          await assert.rejects(interrupted, { name: "EngineError", code: "engine.interrupted" });
          const continued: number[] = [];
          const result = await to[1].train(job, ({ step }) => continued.push(step));
          assert.ok(begun.length < 20);
          assert.ok(continued.includes(20));
          assertClose(result.losses, results.get(from[0])!.losses);
          assertClose(result.losses, results.get(to[0])!.losses);
        });
      }
    }

    for (const [name] of all) {
      it(`leave what is not trained as it is to the bit with ${name}`, () => {
        const [original, trained] = [openCheckpoint(model), openCheckpoint(outputOf(name))];
        const changed: string[] = [];
        for (const [tensor, { shape, dtype }] of original.tensors) {
          assert.deepEqual(trained.tensors.get(tensor)!.shape, shape);
          assert.equal(trained.tensors.get(tensor)!.dtype, dtype);
          if (Buffer.compare(original.read(tensor), trained.read(tensor)) !== 0) changed.push(tensor);
        }
        const wanted: Record<string, (tensor: string) => boolean> = {
          embeddings: (tensor) => /embed_tokens|lm_head/.test(tensor),
          lora: (tensor) => /lm_head|q_proj|v_proj|down_proj/.test(tensor),
          full: () => true,
        };
        assert.deepEqual(changed, [...original.tensors.keys()].filter(wanted[changes.options!.trainable!]!));
        for (const tensor of changed.filter((tensor) => changes.rows !== undefined && /embed|head/.test(tensor))) {
          for (let row = 0; row < 50; row++) {
            const isTrained = someRows.some((range) => range.first <= row && row < range.end);
            const rows = [original, trained].map((checkpoint) => checkpoint.readRows(tensor, row, 1));
            // A row of the input embedding that no block has changes by its decay only.
            assert.equal(
              Buffer.compare(bytesOf(rows[0]!), bytesOf(rows[1]!)) !== 0,
              isTrained,
              `${tensor}, row ${row}`,
            );
          }
        }
        original.close();
        trained.close();
      });
    }
  });
}

const bytesOf = (numbers: Float32Array): Uint8Array => new Uint8Array(numbers.buffer);

describe("an evaluation", () => {
  it("gives every block the same loss with every engine", async () => {
    const job = { model, data, precision: "f32", compute, micro_batch: 4 } as const;
    const expected = await first[1].evaluate(job);
    assert.deepEqual(
      expected.block_weights,
      blocks.map(({ weights }) => weights.reduce((sum, weight) => sum + weight, 0)),
    );
    for (const [name, engine] of others) {
      const done: number[] = [];
      const { block_losses, block_weights } = await engine.evaluate(job, (count) => done.push(count));
      assert.deepEqual(block_weights, expected.block_weights, name);
      assert.deepEqual(done, [4, 8, 9], name);
      assertClose(block_losses, expected.block_losses);
    }
  });
});

for (const [name, engine] of all) {
  describe(`engine ${name}`, () => {
    const withBlocks = (label: string, some: Block[]): Changes => ({
      data: { sets: [{ file: writeBlocks(place(`${name}-${label}.blocks`), some), weight: 1 }] },
    });
    const failing = (label: string, changes: Changes) => engine.train(createJob(`${name}-${label}`, changes));

    it("names the block and the place of an id beyond the model", async () => {
      await assert.rejects(failing("wide", withBlocks("wide", randomBlocks(3, 12, 60))), {
        name: "CorpusError",
        code: "training_set.id",
        message: /wide\.blocks, block \d, position \d+: token id 5\d/,
      });
    });

    it("refuses rows that the model does not have, and rows that are no range", async () => {
      await assert.rejects(failing("beyond", { rows: [{ first: 3, end: 51 }] }), {
        name: "CheckpointError",
        code: "checkpoint.rows",
      });
      await assert.rejects(failing("backwards", { rows: [{ first: 7, end: 7 }] }), {
        name: "EngineError",
        code: "engine.options",
        exitCode: 2,
      });
    });

    it("says which step and blocks are not finite, and writes nothing", async () => {
      const options = { trainable: "full", learning_rate: 1e30, clip_norm: 0, warmup_steps: 0 } as const;
      await assert.rejects(failing("nan", { options }), {
        name: "EngineError",
        code: "engine.not_finite",
        message: /step \d+.*data\.blocks/,
      });
    });

    it("refuses steps without anything to learn from", async () => {
      const without = randomBlocks(4, 12, 50).map((block) => ({ ...block, weights: new Float32Array(12) }));
      await assert.rejects(failing("weightless", withBlocks("weightless", without)), {
        name: "EngineError",
        code: "engine.no_targets",
      });
    });

    it("does not begin where it is stopped before", async () => {
      await assert.rejects(engine.train(createJob(`${name}-stopped`), undefined, AbortSignal.abort()), {
        name: "EngineError",
        code: "engine.interrupted",
      });
    });

    it("says what it finds on the CPU", async () => {
      const { name: device, unsupported, free_bytes, flops } = await engine.examine("cpu");
      assert.match(device, /^\w+$/);
      assert.deepEqual(unsupported, []);
      assert.ok(free_bytes > 0 && flops! > 1e8 && flops! < 1e14, `${free_bytes} bytes, ${flops} a second`);
    });
  });
}
