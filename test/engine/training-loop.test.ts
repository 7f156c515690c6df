import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { evaluate } from "../../src/engine/evaluation.js";
import { learningRate } from "../../src/engine/schedule.js";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { fakeSession } from "./fake-session.js";
import { randomBlocks, temporaryFolder, writeBlocks } from "./minute-model.js";
import { createJob, type JobChanges, leftBy, logLines, runTraining } from "./training-jobs.js";

const temporary = temporaryFolder();
after(temporary.remove);
const job = (name: string, changes: JobChanges = {}) => createJob(path.join(temporary.folder, name), changes);
const valuesOf = (folder: string): Float32Array => {
  const checkpoint = openCheckpoint(folder);
  const values = checkpoint.readFloat32("lm_head.weight");
  checkpoint.close();
  return values;
};

describe("a training", () => {
  it("takes its steps at the rates of the schedule, and the log says what was reported", async () => {
    const plain = job("plain", { options: { schedule: "wsd", decay_share: 0.3 } });
    const { result, reports, warnings } = await runTraining(plain);
    assert.deepEqual(
      reports.map(({ step, learning_rate }) => [step, learning_rate]),
      reports.map((_, i) => [i + 1, learningRate(i + 1, plain.options)]),
    );
    assert.deepEqual(warnings, []);
    const { losses, tokens, steps, kept_step, validation } = result;
    assert.deepEqual([steps, kept_step, validation], [10, 10, null]);
    assert.deepEqual(
      losses,
      reports.map(({ loss }) => loss),
    );
    assert.equal(
      tokens,
      reports.reduce((sum, report) => sum + report.tokens, 0),
    );
    const keys = ["step", "loss", "learning_rate", "gradient_norm", "tokens"] as const;
    assert.deepEqual(
      logLines(plain),
      reports.map((report) => Object.fromEntries(keys.map((key) => [key, report[key]]))),
    );
  });

  it("knows its rate and the share of the device's peak, where the session knows the peak", async () => {
    const { reports } = await runTraining(job("speed"), { openSession: fakeSession({ peakFlops: 1e15 }) });
    const work = new Set<number>();
    for (const { tokens, seconds, tokens_per_second, share_of_peak } of reports) {
      assert.ok(Math.abs(tokens_per_second! - tokens / seconds) < 1e-6);
      work.add(Math.round(share_of_peak! * seconds * 1e15));
    }
    assert.equal(work.size, 1, "each step is the same work");
    const unknown = await runTraining(job("no-peak"));
    assert.ok(unknown.reports.every(({ share_of_peak }) => share_of_peak === null));
    const disturbed = await runTraining(job("disturbed"), { openSession: fakeSession({ peakFlops: 1 }) });
    assert.ok(
      disturbed.reports.every(({ share_of_peak }) => share_of_peak! <= 1),
      "faster than the peak that was measured",
    );
  });

  it("stops after the step when it is interrupted, with a checkpoint though none is wanted, and ends with the same bytes", async () => {
    const whole = job("whole");
    await runTraining(whole);
    for (const at of [1, 4, 10]) {
      const stopped = job(`stopped-${at}`);
      let steps = 0;
      await assert.rejects(runTraining(stopped, { onStep: () => steps++, isInterrupted: () => steps === at }), {
        code: "engine.interrupted",
        message: `training stopped after step ${at}`,
      });
      assert.ok(!existsSync(stopped.output));
      const { reports, result } = await runTraining(stopped);
      assert.equal(reports[0]?.step, at === 10 ? undefined : at + 1);
      assert.deepEqual(leftBy(stopped), leftBy(whole));
      assert.equal(result.losses.length, 10);
    }
  });

  it("makes the log again from the checkpoint where lines are missing, without a step taken twice", async () => {
    const gap = job("gap", { options: { checkpoint_every: 4 } });
    await runTraining(gap);
    const expected = leftBy(gap);
    for (const left of ["", logLines(gap).slice(0, 2).join("\n"), '{"step":1}\n'.repeat(12)]) {
      writeFileSync(gap.log!, left);
      const { reports } = await runTraining(gap);
      assert.deepEqual(
        reports.map(({ step }) => step),
        [9, 10],
      );
      assert.deepEqual(leftBy(gap), expected);
    }
    rmSync(gap.log!);
    await runTraining(gap);
    assert.deepEqual(leftBy(gap), expected);
  });
});

describe("validation during a training", () => {
  it("comes every n steps and after the last; what it gives is what an evaluation gives", async () => {
    const measured = job("measured", { options: { evaluate_every: 4, micro_batch: 1 } });
    const { reports, result } = await runTraining(measured);
    assert.deepEqual(
      reports.flatMap(({ step, validation }) => (validation === undefined ? [] : [step])),
      [4, 8, 10],
    );
    assert.deepEqual(
      logLines(measured).flatMap(({ step, validation }) => (validation === undefined ? [] : [[step, validation]])),
      reports.flatMap(({ step, validation }) => (validation === undefined ? [] : [[step, validation]])),
    );
    // The session of the evaluation starts with the trained weights, as they were written.
    const { validation } = result;
    const file = measured.validation!.file;
    const again = job("again", { model: measured.output, options: { steps: 1, learning_rate: 0, evaluate_every: 1 } });
    const written = await runTraining(again);
    assert.deepEqual(written.result.validation, validation);
    const { block_losses, block_weights } = await evaluate(
      { model: measured.model, data: file, precision: "f32", compute: measured.compute, micro_batch: 3 },
      fakeSession({ evaluated: () => 2 }),
      () => {},
      () => false,
    );
    const fixed = await runTraining(job("fixed", { options: { evaluate_every: 10 } }), {
      openSession: fakeSession({ evaluated: () => 2 }),
    });
    const nats = block_losses.reduce((sum, loss) => sum + loss, 0);
    assert.equal(fixed.result.validation!.loss, nats / block_weights.reduce((sum, weight) => sum + weight, 0));
    assert.equal(fixed.result.validation!.bits_per_character, nats / 100 / Math.LN2);
  });

  it("says no bits per character where characters say nothing", async () => {
    const { file } = job("plain").validation!;
    const talks = job("talks", { validation: { file, characters: null }, options: { evaluate_every: 5 } });
    const { result } = await runTraining(talks);
    assert.equal(result.validation!.bits_per_character, null);
    assert.ok(result.validation!.loss > 0);
  });

  it("changes nothing in the training", async () => {
    const without = job("without");
    const measured = job("with", { options: { evaluate_every: 1 } });
    const [a, b] = [await runTraining(without), await runTraining(measured)];
    assert.deepEqual(a.result.losses, b.result.losses);
    assert.deepEqual(valuesOf(without.output), valuesOf(measured.output));
  });

  it("is stopped between its micro-batches by an interruption, and is made anew when training continues there", async () => {
    const options = { evaluate_every: 4, micro_batch: 1 };
    const whole = job("validated", { options });
    await runTraining(whole);
    for (const evaluation of [2, 5, 7, 15]) {
      const stopped = job(`validation-${evaluation}`, { options });
      let evaluations = 0;
      const openSession = fakeSession({ onOperation: (operation) => operation === "evaluate" && evaluations++ });
      const isInterrupted = (): boolean => evaluations >= evaluation;
      await assert.rejects(runTraining(stopped, { openSession, isInterrupted }), { code: "engine.interrupted" });
      assert.equal(evaluations, evaluation);
      const { reports } = await runTraining(stopped);
      const pending = evaluation % 5 === 0 ? [] : [4 * Math.ceil(evaluation / 5)];
      assert.deepEqual(
        reports.filter(({ seconds }) => seconds === 0).map(({ step }) => step),
        pending,
      );
      assert.deepEqual(leftBy(stopped), leftBy(whole));
    }
  });

  it("names the block whose loss is not finite", async () => {
    const openSession = fakeSession({ evaluated: (nats, evaluation) => (evaluation === 2 ? Number.NaN : nats) });
    await assert.rejects(runTraining(job("nan-held-out", { options: { evaluate_every: 3 } }), { openSession }), {
      code: "engine.not_finite",
      message: /held-out\.blocks, block 2: the loss under the weights after step 3 is NaN/,
    });
  });

  it("is asked for in vain without held-out data", async () => {
    const none = job("none", { validation: undefined, options: { evaluate_every: 3 } });
    await assert.rejects(runTraining(none), { code: "engine.options", message: /validation/, exitCode: 2 });
    const best = job("best-of-none", { options: { keep: "best" } });
    await assert.rejects(runTraining(best), { code: "engine.options", message: /evaluate_every/ });
  });
});

/** Rates at which the held-out loss has its lowest value in the middle. */
const restless: JobChanges["options"] = {
  ...{ steps: 8, learning_rate: 0.3, schedule: "constant", evaluate_every: 2 },
};

describe("keep: best", () => {
  it("ends with the weights of the lowest validation loss", async () => {
    const last = job("last", { options: { ...restless, steps: 4 } });
    const best = job("best", { options: { ...restless, keep: "best" } });
    await runTraining(last);
    const { result, reports } = await runTraining(best);
    const losses = reports.flatMap(({ step, validation }) => (validation ? [{ step, ...validation }] : []));
    assert.deepEqual(
      losses.map(({ step }) => step),
      [2, 4, 6, 8],
    );
    assert.equal(losses.sort((a, b) => a.loss - b.loss)[0]!.step, 4);
    assert.equal(result.kept_step, 4);
    assert.equal(result.validation!.loss, losses[0]!.loss);
    assert.equal(result.steps, 8);
    assert.deepEqual(valuesOf(best.output), valuesOf(last.output));
    assert.deepEqual(readdirSync(best.checkpoints), ["best-000000004.checkpoint"]);
  });

  it("takes the earlier of two that are as good", async () => {
    const tie = job("tie", { options: { ...restless, keep: "best" } });
    // Six validations of three micro-batches each: 2, 1, 1, 3 nats.
    const nats = [2, 1, 1, 3];
    const openSession = fakeSession({ evaluated: (_, evaluation) => nats[Math.floor((evaluation - 1) / 3)]! });
    const { result } = await runTraining(tie, { openSession });
    assert.equal(result.kept_step, 4);
  });

  it("says so where the best weights are lost while it runs", async () => {
    const lost = job("lost", { options: { ...restless, keep: "best" } });
    const onStep = ({ step }: { step: number }): void => {
      if (step === 7) writeFileSync(path.join(lost.checkpoints, "best-000000004.checkpoint"), "x");
    };
    await assert.rejects(runTraining(lost, { onStep }), { code: "engine.best_lost", message: /best-000000004/ });
  });
});

describe("a loss spike", () => {
  const spiky = { steps: 70, schedule: "constant", learning_rate: 0.01 } as const;
  const openSession = () => fakeSession({ loss: (step, loss) => (step === 60 || step === 63 ? loss + 8 : loss) });

  it("is reported with its step, level and blocks", async () => {
    const reported = job("spike", { options: spiky });
    const { reports, warnings, result } = await runTraining(reported, { openSession: openSession() });
    assert.deepEqual(
      reports.flatMap(({ step, spike }) => (spike === undefined ? [] : [step])),
      [60, 63],
    );
    const { loss, spike } = reports[59]!;
    assert.equal(spike!.skipped, false);
    assert.ok(spike!.level < loss - 7);
    assert.equal(spike!.blocks.length, 2);
    for (const place of spike!.blocks) assert.match(place, /^data\.blocks, block \d$/);
    assert.deepEqual(logLines(reported)[59]!.spike, spike);
    assert.equal(warnings.length, 2);
    assert.match(
      warnings[0]!,
      /^step 60: a loss of [89]\.\d+ where those before are about 0\.\d+ \(data\.blocks, block \d/,
    );
    assert.deepEqual(result.warnings.length, 1);
    assert.match(result.warnings[0]!, /2 \(60, 63\)/);
  });

  it("is left out with on_spike: skip: values, moments and the count of updates stay as they were", async () => {
    const skipped = job("skip", { options: { ...spiky, on_spike: "skip" } });
    const seen: { update: number[]; values: Map<number, string> } = { update: [], values: new Map() };
    const open = openSession();
    const { reports, warnings } = await runTraining(skipped, {
      async openSession(opened) {
        const session = await open(opened);
        return {
          ...session,
          async computeGradients(blocks, step) {
            const numbers = new Float32Array(session.layout.size);
            const all = (["values", "first_moments", "second_moments"] as const).map((array) => {
              session.read(array, 0, numbers);
              return numbers.join();
            });
            seen.values.set(step, all.join());
            return session.computeGradients(blocks, step);
          },
          async update(update, rate, norm) {
            seen.update.push(update);
            await session.update(update, rate, norm);
          },
        };
      },
    });
    assert.deepEqual(
      seen.update,
      Array.from({ length: 68 }, (_, i) => i + 1),
    );
    assert.equal(seen.values.get(61), seen.values.get(60));
    assert.notEqual(seen.values.get(62), seen.values.get(61));
    assert.equal(reports[59]!.spike!.skipped, true);
    assert.match(warnings[0]!, /left out$/);
    const kept = job("not-skipped", { options: spiky });
    await runTraining(kept, { openSession: openSession() });
    assert.notDeepEqual(valuesOf(kept.output), valuesOf(skipped.output));
  });

  it("is found again when training continues just before it, and counts as before behind it", async () => {
    const options = { ...spiky, on_spike: "skip" } as const;
    const whole = job("skip-whole", { options });
    await runTraining(whole, { openSession: openSession() });
    for (const at of [59, 60, 61, 63]) {
      const stopped = job(`skip-${at}`, { options });
      let steps = 0;
      const running = { openSession: openSession(), onStep: () => steps++, isInterrupted: () => steps === at };
      await assert.rejects(runTraining(stopped, running), { code: "engine.interrupted" });
      const { result } = await runTraining(stopped, { openSession: openSession() });
      assert.deepEqual(leftBy(stopped), leftBy(whole));
      assert.match(result.warnings[0]!, /2 \(60, 63\)/);
    }
  });
});

describe("a training that cannot go on", () => {
  it("says which step and blocks are not finite, and where the same command continues", async () => {
    for (const [checkpoint_every, hint] of [
      [0, /no checkpoint/],
      [2, /continues from the checkpoint after step 4/],
    ] as const) {
      const nan = job(`nan-${checkpoint_every}`, { options: { checkpoint_every } });
      const openSession = fakeSession({ loss: (step, loss) => (step === 6 ? Number.POSITIVE_INFINITY : loss) });
      await assert.rejects(runTraining(nan, { openSession }), (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, "engine.not_finite");
        assert.match(
          error.message,
          /^step 6: the loss is Infinity.*data\.blocks, block \d; .*data\.blocks, block \d\)/,
        );
        assert.match(error.hint, hint);
        return true;
      });
      assert.ok(!existsSync(nan.output));
      assert.equal(logLines(nan).length, 5);
    }
  });

  it("names the block and position of an id beyond the model", async () => {
    const file = writeBlocks(path.join(temporary.folder, "wide.blocks"), randomBlocks(3, 12, 60));
    await assert.rejects(runTraining(job("wide", { data: { sets: [{ file, weight: 1 }] } })), {
      name: "CorpusError",
      code: "training_set.id",
      message: /wide\.blocks, block \d, position \d+: token id 5\d/,
    });
  });

  it("refuses rows that the model lacks, and rows that are no ranges", async () => {
    const rows = job("rows", { rows: [{ first: 0, end: 51 }] });
    await assert.rejects(runTraining(rows), { code: "checkpoint.rows" });
    for (const wrong of [
      [],
      [{ first: 3, end: 3 }],
      [
        { first: 3, end: 9 },
        { first: 8, end: 12 },
      ],
    ]) {
      await assert.rejects(runTraining(job("ranges", { rows: wrong })), { code: "engine.options" });
    }
  });
});
