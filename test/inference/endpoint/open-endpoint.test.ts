import assert from "node:assert/strict";
import { test } from "node:test";
import { LepError } from "../../../src/errors.js";
import { type EndpointOptions, openEndpoint } from "../../../src/inference/endpoint/open-endpoint.js";
import type { FallibleModel, GenerateRequest, ScoreRequest } from "../../../src/inference/language-model.js";
import { createRandom } from "../../../src/random.js";
import { type ModelServer, type ModelServerOptions, startModelServer } from "./model-server.js";

const vocabulary = 120;
const end = 7;

/** A model that is a function of the ids: its numbers are known without the code under test. */
function toyLogs(ids: readonly number[]): number[] {
  const random = createRandom(ids.reduce((sum, id, i) => (sum * 31 + id * (i + 1)) % 1_000_003, 17));
  const logits = Array.from({ length: vocabulary }, () => 8 * random.uniform());
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return logits.map((logit) => logit - total);
}
const encode = async (text: string): Promise<number[]> =>
  [...text].map((character) => character.codePointAt(0)! % vocabulary);
const tokenizer: EndpointOptions["tokenizer"] = { encode, eosIds: [end], source: "toy" };

type Options = Partial<ModelServerOptions> & { kind: ModelServerOptions["kind"] };
async function serving(options: Options, work: (server: ModelServer) => Promise<void>): Promise<void> {
  const server = await startModelServer({ next: async (ids) => toyLogs(ids), encode, endIds: [end], ...options });
  try {
    await work(server);
  } finally {
    await server.close();
  }
}
const open = (server: ModelServer, more: Partial<EndpointOptions> = {}) =>
  openEndpoint({ url: server.url, tokenizer, pause: 5, seconds: 60, parallel: 4, ...more });

function requests(): { scores: ScoreRequest[]; answers: GenerateRequest[] } {
  const random = createRandom(3);
  const ids = (count: number): number[] => Array.from({ length: count }, () => random.below(vocabulary));
  const scores = Array.from({ length: 12 }, (_, i) => ({
    prompt: ids(3 + i),
    continuations: i % 2 === 0 ? [ids(1), ids(1), ids(1), ids(1)] : [ids(3), ids(1), [...ids(2), end]],
  }));
  const answers = Array.from({ length: 12 }, (_, i) => ({ prompt: ids(3 + i), maxTokens: 9, stopIds: [end, i] }));
  return { scores, answers };
}

function expectedScores({ prompt, continuations }: ScoreRequest): number[][] {
  return continuations.map((tokens) => tokens.map((id, i) => toyLogs([...prompt, ...tokens.slice(0, i)])[id]!));
}
function expectedAnswer({ prompt, maxTokens, stopIds }: GenerateRequest) {
  const tokens: number[] = [];
  while (tokens.length < maxTokens) {
    const logs = toyLogs([...prompt, ...tokens]);
    const id = logs.indexOf(Math.max(...logs));
    if (stopIds.includes(id)) return { tokens, stopped: "stop" };
    tokens.push(id);
  }
  return { tokens, stopped: "length" };
}
async function assertAnswers(model: FallibleModel): Promise<void> {
  const { scores, answers } = requests();
  const scored = await model.score(scores);
  for (const [i, rows] of scored.entries()) {
    assert.ok(!("failure" in rows), JSON.stringify(rows));
    for (const [j, row] of expectedScores(scores[i]!).entries()) {
      for (const [k, log] of row.entries()) assert.ok(Math.abs(log - rows[j]![k]!) < 1e-9, `${i} ${j} ${k}`);
    }
  }
  assert.deepEqual(await model.generate(answers), answers.map(expectedAnswer));
}
const rejects = (work: Promise<unknown>, code: string, words: RegExp) =>
  assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof LepError, String(error));
    assert.equal(error.code, code);
    assert.match(`${error.message} ${error.hint}`, words);
    return true;
  });

for (const [kind, dialect] of [
  ["vllm", "completions with prompt_logprobs"],
  ["vllm without prompt_logprobs", "completions with echo"],
  ["llama-server", "llama-server"],
] as const) {
  test(`${kind}: scores and answers are the model's, prompts arrive as ids, so many at a time`, () =>
    serving({ kind, unlisted: (id) => id % 5 === 4, key: "secret", delay: 3 }, async (server) => {
      const endpoint = await open(server, { key: "secret" });
      assert.deepEqual(
        [endpoint.url, endpoint.model, endpoint.dialect, endpoint.contextLength, endpoint.lacks],
        [server.url, "toy", dialect, 512, {}],
      );
      assert.equal(endpoint.tokenizerChecked, true);
      await assertAnswers(endpoint.answering(512));
      for (const { path, body, authorization } of server.seen) {
        assert.equal(authorization, "Bearer secret");
        if (path.endsWith("completion") || path.endsWith("completions")) assert.ok(Array.isArray(body.prompt));
      }
      assert.ok(server.widest <= 4 && server.widest > 1, String(server.widest));
    }));

  test(`${kind}: what goes wrong for a while is tried again`, async () => {
    const faults = [
      { status: 503 },
      { status: 429, headers: { "retry-after": "0.01" } },
      "cut",
      { status: 200, body: '{"choices": [' },
    ] as const;
    // Each fault meets one request; a try more would be a request too many for the same fault.
    const fault = (path: string, _: readonly number[], count: number) =>
      path.includes("completion") && count >= 12 && count < 12 + 2 * faults.length && count % 2 === 0
        ? faults[(count - 12) / 2]
        : undefined;
    await serving({ kind, fault }, async (server) => {
      const endpoint = await open(server, { seconds: 60 });
      await assertAnswers(endpoint.answering(512));
    });
  });

  test(`${kind}: a request that fails for good is marked, the others are answered`, async () => {
    const { scores, answers } = requests();
    const bad = scores[4]!.prompt;
    const fault = (_: string, prompt: readonly number[]) =>
      prompt.length >= bad.length && bad.every((id, i) => prompt[i] === id) ? { status: 500, body: "{}" } : undefined;
    await serving({ kind, fault }, async (server) => {
      const model = (await open(server)).answering(512);
      const scored = await model.score(scores);
      for (const [i, result] of scored.entries()) {
        if (i === 4) assert.deepEqual(result, { failure: "given up after 4 attempts: status 500" });
        else assert.ok(!("failure" in result));
      }
      const long = { ...answers[0]!, prompt: new Array<number>(600).fill(1) };
      const [answer] = await model.generate([long]);
      assert.match(JSON.stringify(answer), /refused with status 400: a context of 512 is exceeded/);
    });
  });
}

test("an answer without log-probabilities, or with wrong ones, is no answer", async () => {
  const { scores } = requests();
  const changes: ((answer: Record<string, unknown>) => unknown)[] = [
    ({ completion_probabilities: _, ...rest }) => rest,
    (answer) => ({ ...answer, completion_probabilities: [{ id: 1, logprob: "x", top_logprobs: [] }] }),
    (answer) => ({ ...answer, completion_probabilities: [{ id: 1, logprob: 3, top_logprobs: [] }] }),
    (answer) => ({ ...answer, tokens_evaluated: 1000 }),
    () => [],
  ];
  for (const change of changes) {
    let wrong = false;
    await serving({ kind: "llama-server", change: (answer) => (wrong ? change(answer) : answer) }, async (server) => {
      const model = (await open(server)).answering(512);
      wrong = true;
      const [result] = await model.score(scores.slice(0, 1));
      assert.ok(result !== undefined && "failure" in result && result.failure.startsWith("the endpoint's answer has"));
    });
  }
});

test("a server that lacks something says so before anything is asked", () =>
  serving({ kind: "text only" }, async (server) => {
    const { lacks } = await open(server);
    assert.match(lacks.score ?? "", /log-probabilities of given continuations/);
    assert.match(lacks.generate ?? "", /token ids/);
  }));

test("wrong keys, names, tokenizers and addresses are named", async () => {
  await serving({ kind: "vllm", key: "secret", models: ["one", "two"] }, async (server) => {
    await rejects(open(server), "endpoint.unauthorised", /LEP_ENDPOINT_KEY/);
    await rejects(open(server, { key: "wrong" }), "endpoint.unauthorised", /401/);
    await rejects(open(server, { key: "secret" }), "endpoint.model", /several models: one, two/);
    await rejects(open(server, { key: "secret", model: "three" }), "endpoint.model", /no model "three"/);
    assert.equal((await open(server, { key: "secret", model: "two" })).model, "two");
    const other = { ...tokenizer, encode: async (text: string) => (await encode(text)).map((id) => id + 1) };
    await rejects(open(server, { key: "secret", model: "two", tokenizer: other }), "endpoint.tokenizer", /other ids/);
  });
  await serving({ kind: "vllm", change: () => "<html>" }, (server) =>
    rejects(open(server), "endpoint.unusable", /no list at data/),
  );
  const gone = await startModelServer({ kind: "vllm", next: async () => [], encode, endIds: [] });
  await gone.close();
  await rejects(open(gone), "endpoint.unusable", /ECONNREFUSED/);
  for (const url of ["localhost:8000", "ftp://x", "nothing"]) {
    await rejects(openEndpoint({ url, tokenizer }), "endpoint.url", /http/);
  }
  for (const url of ["http://me:hidden@localhost:1", "http://localhost:1/v1?key=hidden"]) {
    await assert.rejects(openEndpoint({ url, tokenizer }), (error: LepError) => {
      assert.equal(error.code, "endpoint.url");
      assert.ok(!`${error.message}${error.hint}${error.stack}`.includes("hidden"));
      return true;
    });
  }
});

test("a server that answers nobody any more ends the work", async () => {
  let gone = false;
  const fault = () => (gone ? ({ status: 500 } as const) : undefined);
  await serving({ kind: "vllm", fault }, async (server) => {
    const model = (await open(server, { pause: 1 })).answering(512);
    gone = true;
    const many = Array.from({ length: 200 }, () => requests().answers[0]!);
    await rejects(model.generate(many), "endpoint.lost", /kept/);
  });
});

test("a stalled request is given up after two attempts, and closing ends what waits", async () => {
  let stall: "stall" | "stall half-way" | undefined;
  await serving({ kind: "vllm", fault: () => stall }, async (server) => {
    const model = (await open(server, { seconds: 1.5 })).answering(512);
    const { answers } = requests();
    for (const kind of ["stall", "stall half-way"] as const) {
      stall = kind;
      const [result] = await model.generate(answers.slice(0, 1));
      assert.deepEqual(result, { failure: "given up after 2 attempts: no answer within 1.5 s" });
    }
    const waiting = assert.rejects(model.generate(answers), { code: "inference.closed" });
    setTimeout(() => void model.dispose(), 50);
    await waiting;
  });
});
