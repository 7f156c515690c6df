/**
 * The inference process: llama.cpp ends its process where an assertion fails, and this one may end.
 * A small model is computed by several contexts with a thread each, since threads of one context would wait for
 * one another more than they compute; a large one by one context with all threads.
 */
import { cpuThreads } from "../engine/ggml/cpu-threads.js";
import { prepareFfi } from "../engine/ggml/library.js";
import { EngineError, LepError } from "../errors.js";
import { createDecoder, fewestColumns } from "./decoder.js";
import { type Generator, generateRequests } from "./generate-requests.js";
import type { ScoreRequest } from "./language-model.js";
import { type LlamaLibrary, loadLlama, type Pointer } from "./llama-library.js";
import { createScorer, type Scorer, scoreUnit } from "./score-unit.js";
import { planUnits, separateUnits } from "./shared-prefixes.js";
import type { WorkerCommand, WorkerReport } from "./worker-protocol.js";

/** Up to this many parameters a context has one thread. */
const smallModel = 64e6;
/** Up to this many, keys and values are kept in f32; beyond, memory matters more. */
const exactModel = 500e6;
/** Sequences of a batch of continuations: one for each, and one for padding. */
const scoreSequences = 32;
/** Numbers in the widest vector register that ggml's CPU code sums with (AVX-512, f32). */
const vectorLanes = 16;
/** Positions for continuations beside those that the prompt needs. */
const continuationCells = 1024;
const longestDefaultContext = 4096;
/** A context may be this many times as long as the model was trained for; what it answers there is another matter. */
const mostStretched = 4;

interface Session {
  llama: LlamaLibrary;
  model: Pointer;
  contextLength: number;
  vocabularySize: number;
  /** Ids below this one may be generated. */
  tokens: number;
  parallel: number;
  alone: boolean;
  /** Memory cells of requests that are computed together begin at multiples of this. */
  lanesOfSums: number;
  lanes: { threads: number; scorer: Scorer | undefined; generator: Generator | undefined }[];
  exact: boolean;
}

const report = (message: WorkerReport): void => void process.send?.(message);
let session: Session | undefined;

process.on("message", (command: WorkerCommand) => {
  // A vocabulary that cannot be read ends the process, as a model does.
  const job = "job" in command && command.type !== "tokenize" ? { job: command.job } : {};
  handle(command).catch((error: unknown) => {
    if (error instanceof LepError)
      report({ type: "failed", ...job, code: error.code, message: error.message, hint: error.hint });
    else
      report({ type: "failed", ...job, code: "inference.failed", message: String((error as Error)?.stack ?? error) });
  });
});
// The parent decides what an interruption means; without a parent there is nothing to do, even in the middle of a decode.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

async function handle(command: WorkerCommand): Promise<void> {
  if (command.type === "open") {
    session = open(command);
    report({ type: "opened", contextLength: session.contextLength, vocabularySize: session.vocabularySize });
  } else if (command.type === "score") {
    await score(ready(), command.job, command.requests);
    report({ type: "done", job: command.job });
  } else if (command.type === "generate") {
    await generate(ready(), command);
    report({ type: "done", job: command.job });
  } else if (command.type === "tokenize") {
    const result = tokenize(command);
    report({ type: "result", job: command.job, index: 0, result, seconds: 0 });
    report({ type: "done", job: command.job });
  } else {
    close();
  }
}

function ready(): Session {
  if (session === undefined) throw new EngineError("inference.closed", "no model is open");
  return session;
}

function open(command: WorkerCommand & { type: "open" }): Session {
  const { file, device, threads, parallel, alone, contextLength, tokens } = command;
  prepareFfi();
  const llama = loadLlama(device);
  const model = llama.loadModel(file, {
    ...llama.defaultModelParams(),
    n_gpu_layers: llama.gpu ? -1 : 0,
    // Repacked weights sum in an order that depends on the number of columns.
    use_extra_bufts: false,
  });
  if (!model) throw new EngineError("inference.load", `${file}: llama.cpp cannot load this model`);
  const parameters = Number(llama.parameters(model));
  const all = cpuThreads(threads);
  const lanes = !llama.gpu && parameters <= smallModel ? all : 1;
  const trained = llama.trainedContext(model);
  if (contextLength !== undefined && contextLength > mostStretched * trained) {
    const text = `${file} was trained for ${trained} positions, a context of ${contextLength} is asked for`;
    throw new EngineError("inference.context", text);
  }
  const vocabularySize = llama.vocabularySize(llama.vocabulary(model));
  return {
    llama,
    model,
    contextLength: contextLength ?? Math.min(trained, longestDefaultContext),
    vocabularySize,
    tokens: Math.min(tokens ?? vocabularySize, vocabularySize),
    parallel,
    alone,
    lanesOfSums: llama.gpu ? 1 : vectorLanes,
    lanes: Array.from({ length: lanes }, () => ({ threads: all / lanes, scorer: undefined, generator: undefined })),
    exact: !llama.gpu && parameters <= exactModel,
  };
}

/** Ids of each text, special tokens written out in it included and none added, by the vocabulary in `file`. */
function tokenize({ file, texts }: WorkerCommand & { type: "tokenize" }): number[][] {
  const llama = loadLlama("cpu");
  const model = llama.loadModel(file, { ...llama.defaultModelParams(), n_gpu_layers: 0, vocab_only: true });
  if (!model) throw new EngineError("inference.load", `${file}: llama.cpp cannot load this vocabulary`);
  const vocabulary = llama.vocabulary(model);
  let ids = new Int32Array(1024);
  const result = texts.map((text) => {
    const bytes = new TextEncoder().encode(text);
    // No token is shorter than a byte, but one may be added in front.
    if (bytes.length + 1 > ids.length) ids = new Int32Array(2 * bytes.length);
    const count = llama.tokenize(vocabulary, bytes, bytes.length, ids, ids.length, false, true);
    return Array.from(ids.subarray(0, count));
  });
  llama.freeModel(model);
  return result;
}

async function score(current: Session, job: number, requests: readonly ScoreRequest[]): Promise<void> {
  const cells = current.contextLength + continuationCells;
  const prompts = requests.map(({ prompt }) => prompt);
  const units = current.alone ? separateUnits(prompts) : planUnits(prompts, current.lanesOfSums);
  let next = 0;
  let busy = 0;
  await everyLane(current, units.length, async (lane) => {
    lane.scorer ??= createScorer(
      createDecoder(current.llama, current.model, {
        sequences: scoreSequences,
        cells,
        shared: true,
        threads: lane.threads,
        exact: current.exact,
      }),
      cells,
      current.lanesOfSums,
    );
    busy++;
    while (next < units.length) {
      const unit = units[next++]!;
      await scoreUnit(lane.scorer, unit, requests, (index, result, seconds) =>
        report({ type: "result", job, index, result, seconds: seconds / busy }),
      );
    }
    busy--;
  });
}

async function generate(
  current: Session,
  { job, requests, stream }: WorkerCommand & { type: "generate" },
): Promise<void> {
  const prompts = requests.map(({ prompt }) => prompt);
  const order = (current.alone ? separateUnits(prompts) : planUnits(prompts, 1)).flatMap(({ members }) => members);
  let next = 0;
  let busy = 0;
  await everyLane(current, requests.length, async (lane) => {
    const { parallel } = current;
    const sequences = Math.max(fewestColumns, parallel);
    lane.generator ??= {
      decoder: createDecoder(current.llama, current.model, {
        sequences,
        cells: current.contextLength,
        shared: false,
        threads: lane.threads,
        exact: current.exact,
      }),
      parallel,
      held: current.alone ? undefined : new Array<number[]>(sequences).fill([]),
    };
    busy++;
    await generateRequests(lane.generator, {
      take() {
        const index = order[next++];
        return index === undefined ? undefined : { index, request: requests[index]! };
      },
      done: (index, result, seconds) => report({ type: "result", job, index, result, seconds }),
      onToken: stream ? (index, token) => report({ type: "token", job, index, token }) : undefined,
      workers: () => busy,
      tokens: current.tokens,
    });
    busy--;
  });
}

async function everyLane(
  { lanes }: Session,
  requests: number,
  work: (lane: Session["lanes"][number]) => Promise<void>,
): Promise<void> {
  await Promise.all(lanes.slice(0, Math.max(1, requests)).map(work));
}

function close(): void {
  if (session !== undefined) {
    for (const { scorer, generator } of session.lanes) {
      scorer?.decoder.free();
      generator?.decoder.free();
    }
    session.llama.freeModel(session.model);
    session = undefined;
  }
  process.removeAllListeners("disconnect");
  process.disconnect?.();
}
