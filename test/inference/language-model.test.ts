import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Token } from "node-llama-cpp";
import { LepError } from "../../src/errors.js";
import type { GenerateRequest, LanguageModel, ScoreRequest } from "../../src/inference/language-model.js";
import { type LanguageModelOptions, openLanguageModel } from "../../src/inference/open-language-model.js";
import { withLanguageModel } from "../../src/inference/with-language-model.js";
import { exportGguf } from "../../src/model/gguf/export-gguf.js";
import { startLlamaCpp } from "../../src/model/llama-cpp.js";
import { createRandom } from "../../src/random.js";
import { writeTinyModel } from "../pretraining/tiny-model.js";

const words = [" Ответ", " сталь", " the"];
let folder: string;
let gguf: string;
let vocabulary: number;
const padding = 3;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-inference-"));
  writeTinyModel(path.join(folder, "model"), { words, padding, seed: 7 });
  gguf = path.join(folder, "model.gguf");
  await exportGguf({ model: path.join(folder, "model"), out: gguf, type: "f32" });
  const config = readFileSync(path.join(folder, "model", "config.json"), "utf8");
  vocabulary = (JSON.parse(config) as { vocab_size: number }).vocab_size;
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Options = Partial<LanguageModelOptions>;
const open = (options: Options = {}): Promise<LanguageModel> =>
  openLanguageModel(gguf, { device: "cpu", threads: 2, contextLength: 256, ...options });

async function using<T>(model: LanguageModel, work: (model: LanguageModel) => Promise<T>): Promise<T> {
  try {
    return await work(model);
  } finally {
    await model.dispose();
  }
}

function requests(count: number): { scores: ScoreRequest[]; answers: GenerateRequest[] } {
  const random = createRandom(11);
  const ids = (most: number): number[] => Array.from({ length: 1 + random.below(most) }, () => random.below(250));
  return {
    scores: Array.from({ length: count }, () => ({
      prompt: ids(90),
      continuations: Array.from({ length: 1 + random.below(4) }, () => ids(9)),
    })),
    answers: Array.from({ length: count }, () => ({
      prompt: ids(90),
      maxTokens: 1 + random.below(20),
      stopIds: [5, 9],
    })),
  };
}

test("log-probabilities are those of node-llama-cpp's own evaluation, over all rows of the head", async () => {
  const prompt = [72, 101, 108, 108, 111, 32, 260, 17];
  const continuation = [30, 31, 200, 4];
  const ours = await using(await open(), (model) => model.score([{ prompt, continuations: [continuation] }]));
  const started = await startLlamaCpp({ device: "cpu", threads: 1 });
  try {
    const model = await started.llama.loadModel({ modelPath: gguf, gpuLayers: 0 });
    const context = await model.createContext({ contextSize: 64, batchSize: 64, flashAttention: false });
    const sequence = context.getSequence();
    const all = [...prompt, ...continuation].map((id) => id as Token);
    // Temperature 0 leaves all candidates in; any other setting would first cut them to the 40 likeliest.
    const options = { generateNext: { probabilities: true, options: { temperature: 0 } } };
    const outputs = await sequence.controlledEvaluate(all.map((id): [Token, typeof options] => [id, options]));
    for (const [i, id] of continuation.entries()) {
      const probabilities = outputs[prompt.length - 1 + i]!.next.probabilities!;
      const theirs = Math.log(probabilities.get(id as Token)!);
      // Theirs keeps keys and values in f16.
      assert.ok(Math.abs(ours[0]![0]![i]! - theirs) < 2e-3, `token ${i}: ${ours[0]![0]![i]} and ${theirs}`);
    }
    await model.dispose();
  } finally {
    await started.dispose();
  }
});

test("probabilities of all tokens, in more groups than one, add up to 1, and the greedy answer takes the highest", async () => {
  const prompt = [12, 77, 140, 33];
  await using(await open(), async (model) => {
    const context = [...prompt];
    const greedy: number[] = [];
    for (let step = 0; step < 3; step++) {
      const continuations = Array.from({ length: vocabulary }, (_, id) => [id]);
      const [scores] = await model.score([{ prompt: context, continuations }]);
      const logs = scores!.map((tokens) => tokens[0]!);
      const best = logs.indexOf(Math.max(...logs));
      const known = logs.reduce((sum, value) => sum + Math.exp(value), 0);
      assert.ok(Math.abs(known - 1) < 1e-6, String(known));
      greedy.push(best);
      context.push(best);
    }
    const [answer] = await model.generate([{ prompt, maxTokens: 3, stopIds: [] }]);
    assert.deepEqual(answer, { tokens: greedy, stopped: "length" });
    const [stopped] = await model.generate([{ prompt, maxTokens: 3, stopIds: [greedy[1]!] }]);
    const expected = greedy.slice(0, greedy.indexOf(greedy[1]!));
    assert.deepEqual(stopped, { tokens: expected, stopped: "stop" });
  });
});

test("no number depends on what runs beside it, on the order, or on the threads", async () => {
  const { scores, answers } = requests(24);
  const results: string[] = [];
  for (const [parallel, threads, reversed] of [
    [8, 2, false],
    [1, 1, true],
    [3, 1, false],
    [16, 2, true],
  ] as const) {
    await using(await open({ parallel, threads }), async (model) => {
      const turn = <T>(list: readonly T[]): T[] => (reversed ? [...list].reverse() : [...list]);
      results.push(JSON.stringify([turn(await model.score(turn(scores))), turn(await model.generate(turn(answers)))]));
    });
  }
  for (const other of results.slice(1)) assert.equal(other, results[0]);
});

/** Few-shot prompts: families that begin with the same ids, of all lengths, one prompt twice, one the beginning of another. */
function families(): { scores: ScoreRequest[]; answers: GenerateRequest[] } {
  const random = createRandom(5);
  const ids = (count: number): number[] => Array.from({ length: count }, () => random.below(250));
  const head = ids(30);
  const prompts = [head, [1], [1, 2], [1, 2, 3]];
  for (const length of [43, 497]) {
    const examples = [...head, ...ids(length)];
    for (let i = 0; i < 6; i++) prompts.push([...examples, ...ids(i === 4 ? 300 : 1 + random.below(60))]);
    prompts.push(examples, examples.slice(0, -1));
  }
  prompts.push(prompts.at(-4)!);
  return {
    scores: prompts.map((prompt, i) => ({
      prompt,
      continuations: i % 3 === 0 ? [[7], [8], [9]] : i === 10 ? fortyOf(ids) : [ids(1 + (i % 7)), ids(2), ids(1)],
    })),
    answers: prompts.map((prompt, i) => ({ prompt, maxTokens: 1 + (i % 5), stopIds: [5] })),
  };
}
const fortyOf = (ids: (count: number) => number[]): number[][] =>
  Array.from({ length: 40 }, (_, i) => ids(1 + (i % 3)));

for (const type of ["f32", "bf16", "f16", "q8_0"] as const) {
  test(`shared beginnings and batches change no bit of a number (${type})`, async () => {
    const file = path.join(folder, `${type}.gguf`);
    await exportGguf({ model: path.join(folder, "model"), out: file, type });
    const { scores, answers } = families();
    const results: string[] = [];
    for (const options of [{ alone: true }, { parallel: 5, threads: 1 }] as const) {
      await using(
        await openLanguageModel(file, { device: "cpu", threads: 2, contextLength: 2048, ...options }),
        async (model) => {
          // In two jobs, so that the second finds what the first has left in memory.
          const half = scores.length >> 1;
          const scored = [...(await model.score(scores.slice(0, half))), ...(await model.score(scores.slice(half)))];
          const generated = [
            ...(await model.generate(answers.slice(half))),
            ...(await model.generate(answers.slice(0, half))),
          ];
          results.push(JSON.stringify([scored, generated]));
        },
      );
    }
    for (const other of results.slice(1)) assert.ok(other === results[0], "a number differs");
  });
}

test("a continuation longer than a batch, behind a prompt longer than a batch, scores like its parts", async () => {
  const random = createRandom(2);
  const ids = Array.from({ length: 900 }, () => random.below(250));
  await using(await open({ contextLength: 1024 }), async (model) => {
    const [whole, parts] = await model.score([
      { prompt: ids.slice(0, 600), continuations: [ids.slice(600)] },
      { prompt: ids.slice(0, 750), continuations: [ids.slice(750)] },
    ]);
    for (const [i, value] of parts![0]!.entries()) assert.ok(Math.abs(value - whole![0]![150 + i]!) < 1e-4);
  });
});

test("results are reported as they come, with the index of their request", async () => {
  const { scores, answers } = requests(10);
  await using(await open(), async (model) => {
    const seen = new Map<number, unknown>();
    const all = await model.score(scores, (index, result) => seen.set(index, result));
    assert.deepEqual(
      all.map((_, i) => seen.get(i)),
      all,
    );
    let seconds = 0;
    await model.generate(answers, (_, __, share) => {
      seconds += share;
    });
    assert.ok(seconds > 0);
  });
});

const withCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof LepError, String(error));
  assert.equal(error.code, code);
  return true;
};

test("requests that cannot be are refused by name", async () => {
  await using(await open(), async (model) => {
    const generate = (prompt: number[], maxTokens = 4) => model.generate([{ prompt, maxTokens, stopIds: [] }]);
    await assert.rejects(generate([]), withCode("inference.empty_prompt"));
    await assert.rejects(generate([1, 100_000]), withCode("inference.token"));
    await assert.rejects(generate([1, -1]), withCode("inference.token"));
    await assert.rejects(generate(new Array(255).fill(1)), withCode("inference.prompt_too_long"));
    await assert.rejects(generate([1], 0), withCode("inference.max_tokens"));
    await assert.rejects(model.score([{ prompt: [1], continuations: [[]] }]), withCode("inference.empty_continuation"));
    // It still answers.
    assert.equal((await generate([1], 2))[0]!.tokens.length, 2);
    assert.deepEqual(await model.score([]), []);
  });
});

test("a model that is closed while it works says so", async () => {
  const model = await open();
  const { answers } = requests(50);
  const work = assert.rejects(model.generate(answers), withCode("inference.closed"));
  await model.dispose();
  await work;
  await assert.rejects(model.generate(answers), withCode("inference.closed"));
});

test("rows behind the tokenizer's last id are never generated", async () => {
  const { answers } = requests(12);
  const most = async (options: object): Promise<number> =>
    using(await open(options), async (model) =>
      Math.max(...(await model.generate(answers)).flatMap(({ tokens }) => tokens)),
    );
  const tokens = 100;
  assert.ok((await most({})) >= tokens);
  assert.ok((await most({ tokens })) < tokens);
});

test("a signal ends an answer, and is told from a fault", async () => {
  const { answers } = requests(50);
  const options = { device: "cpu", threads: 2, contextLength: 256 } as const;
  const controller = new AbortController();
  const { signal } = controller;
  const answering = withLanguageModel(gguf, options, { signal, activity: "testing" }, async (model) => {
    const work = model.generate(answers);
    controller.abort();
    return work;
  });
  await assert.rejects(answering, { code: "run.interrupted", message: "interrupted while testing" });
  const fails = async (): Promise<void> => {
    throw new RangeError("own");
  };
  await assert.rejects(withLanguageModel(gguf, options, { signal: undefined, activity: "testing" }, fails), RangeError);
});

test("files that are no model, and models that compute no numbers, are named", async () => {
  const compute = { device: "cpu", threads: 1 } as const;
  const wrong = path.join(folder, "wrong.gguf");
  await assert.rejects(openLanguageModel(wrong, compute), withCode("inference.not_found"));
  writeFileSync(wrong, "GGUF and nothing else");
  await assert.rejects(openLanguageModel(wrong, compute), withCode("inference.load"));
  const bytes = readFileSync(gguf);
  writeFileSync(wrong, bytes.subarray(0, bytes.length - 4096));
  await assert.rejects(openLanguageModel(wrong, compute), (error: unknown) => {
    withCode("inference.load")(error);
    assert.ok((error as LepError).message.includes(wrong));
    assert.match((error as LepError).hint ?? "", /llama\.cpp: /);
    return true;
  });
  // All ones is a NaN in f32.
  writeFileSync(wrong, Buffer.concat([bytes.subarray(0, bytes.length - 4096), Buffer.alloc(4096, 0xff)]));
  await using(await openLanguageModel(wrong, compute), async (model) => {
    await assert.rejects(model.score([{ prompt: [1, 2], continuations: [[3]] }]), withCode("inference.not_finite"));
  });
  await assert.rejects(openLanguageModel(gguf, { ...compute, contextLength: 1e8 }), withCode("inference.context"));
});
