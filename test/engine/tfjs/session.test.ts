import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import type { RowRange, TrainingOptions } from "../../../src/engine/engine.js";
import { neutralOptions } from "../../../src/engine/neutral-options.js";
import { numbersIn, parameterLayout } from "../../../src/engine/parameter-layout.js";
import type { TrainingSession } from "../../../src/engine/session.js";
import { openBackend } from "../../../src/engine/tfjs/backend.js";
import { openTfjsSession } from "../../../src/engine/tfjs/session.js";
import { openCheckpoint } from "../../../src/model/checkpoint.js";
import { randomBlocks, relativeError, temporaryFolder, writeMinuteModel } from "../minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);
before(() => openBackend({ device: "cpu", threads: 1 }));

const length = 12;
const allRows = [{ first: 0, end: 50 }];
const models = [false, true].map((tie_word_embeddings) =>
  writeMinuteModel(path.join(temporary.folder, `model-${tie_word_embeddings}`), { tie_word_embeddings }),
);

async function open(
  changes: Partial<TrainingOptions>,
  { model = models[0]!, rows = allRows }: { model?: string; rows?: RowRange[] } = {},
): Promise<TrainingSession> {
  const checkpoint = openCheckpoint(model);
  const options = { ...neutralOptions, micro_batch: 2, ...changes };
  const layout = parameterLayout(checkpoint.config, options, rows);
  const compute = { device: "cpu", threads: 1 } as const;
  const session = await openTfjsSession({ checkpoint, layout, options, compute, blockLength: length });
  checkpoint.close();
  return session;
}

/** Gradients by parameter. */
function gradientsOf(session: TrainingSession): Map<string, Float32Array> {
  const gradients = session.layout.parameters.map(({ name, shape, offset }) => {
    const numbers = new Float32Array(numbersIn(shape));
    session.read("gradients", offset, numbers);
    return [name, numbers] as const;
  });
  return new Map(gradients);
}

describe("a tfjs session", () => {
  const modes: Record<string, Partial<TrainingOptions>> = {
    embeddings: { trainable: "embeddings" },
    lora: { trainable: "lora", lora: { ...neutralOptions.lora, rank: 2, dropout: 0.2 } },
    full: { trainable: "full", micro_batch: 1 },
  };
  for (const [name, changes] of Object.entries(modes)) {
    it(`holds no more tensors after many steps than after one, and none when it is closed: ${name}`, async () => {
      const before = tf.memory().numTensors;
      const session = await open({ ...changes, weight_decay: 0.1 }, { rows: [{ first: 3, end: 40 }] });
      const blocks = randomBlocks(3, length, 50);
      const counts: number[] = [];
      for (let step = 1; step <= 6; step++) {
        await session.computeGradients(blocks, step);
        await session.update(step, 1e-3, await session.gradientNorm());
        await session.evaluate(blocks);
        counts.push(tf.memory().numTensors);
      }
      assert.ok(counts[0]! > before);
      assert.deepEqual(new Set(counts), new Set([counts[0]]));
      session.close();
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it("gives trained rows the gradients that they have among all, and the same losses", async () => {
    const rows = [
      { first: 0, end: 4 },
      { first: 9, end: 31 },
      { first: 44, end: 50 },
    ];
    const blocks = randomBlocks(2, length, 50);
    for (const model of models) {
      const [whole, some] = [await open({}, { model }), await open({}, { model, rows })];
      const results = [await whole.computeGradients(blocks, 1), await some.computeGradients(blocks, 1)];
      assert.deepEqual(results[0], results[1]);
      assert.deepEqual(await whole.evaluate(blocks), await some.evaluate(blocks));
      const [all, part] = [gradientsOf(whole), gradientsOf(some)];
      assert.deepEqual([...all.keys()], [...part.keys()]);
      for (const [name, expected] of all) {
        const width = expected.length / 50;
        const those = rows.flatMap(({ first, end }) => [...expected.subarray(first * width, end * width)]);
        assert.deepEqual([...part.get(name)!], those, name);
      }
      whole.close();
      some.close();
    }
  });

  it("gives the same by micro-batches of any size, the last one short", async () => {
    const blocks = randomBlocks(5, length, 50);
    const whole = await open({ trainable: "full", micro_batch: 5 });
    const expected = await whole.computeGradients(blocks, 1);
    const gradients = gradientsOf(whole);
    const losses = await whole.evaluate(blocks);
    whole.close();
    for (const micro_batch of [1, 2]) {
      const session = await open({ trainable: "full", micro_batch });
      const { loss, tokens } = await session.computeGradients(blocks, 1);
      assert.equal(tokens, expected.tokens);
      assert.ok(Math.abs(loss / expected.loss - 1) < 1e-6);
      for (const [name, numbers] of gradientsOf(session))
        assert.ok(relativeError(numbers, gradients.get(name)!) < 1e-5);
      assert.ok(relativeError(await session.evaluate(blocks), losses) < 1e-6);
      session.close();
    }
  });

  it("computes with values that are written, and reads back what it computes with", async () => {
    const session = await open({ trainable: "full" });
    const { size } = session.layout;
    const before = await session.evaluate(randomBlocks(1, length, 50));
    const values = new Float32Array(size);
    session.read("values", 0, values);
    session.write(
      "values",
      64,
      values.subarray(64, size - 64).map((value) => 1.5 * value),
    );
    assert.notDeepEqual(await session.evaluate(randomBlocks(1, length, 50)), before);
    session.write("values", 0, values);
    assert.deepEqual(await session.evaluate(randomBlocks(1, length, 50)), before);
    session.close();
  });

  it("refuses a step without targets", async () => {
    const session = await open({});
    const [block] = randomBlocks(1, length, 50);
    await assert.rejects(session.computeGradients([{ ...block!, weights: new Float32Array(length) }], 1), {
      name: "EngineError",
      code: "engine.no_targets",
    });
    session.close();
  });
});
