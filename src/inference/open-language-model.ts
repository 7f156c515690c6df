/** A GGUF file as a `LanguageModel`, computed by llama.cpp in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Device } from "../engine/engine.js";
import { EngineError } from "../errors.js";
import type { GenerateRequest, GenerateResult, LanguageModel, ScoreRequest } from "./language-model.js";
import type { WorkerCommand, WorkerReport } from "./worker-protocol.js";

export interface LanguageModelOptions {
  device: Device;
  /** 0: all cores. */
  threads: number;
  /** Answers generated side by side by one context; 8 by default. No influence on what comes out. */
  parallel?: number | undefined;
  /** Longest prompt with its answer, in tokens; what the model was trained for, at most 4,096, by default. */
  contextLength?: number | undefined;
}

/** Answers side by side that can be asked for. */
const mostParallel = 64;

interface Job {
  onResult(index: number, result: number[][] | GenerateResult, seconds: number): void;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Opens `file` (.gguf). Results are equal for every `parallel`, and on a CPU for every number of threads.
 * Throws `EngineError` where the file cannot be loaded, a request does not fit the context or has an id beyond the
 * vocabulary, or the process ends on a failed assertion.
 */
export async function openLanguageModel(file: string, options: LanguageModelOptions): Promise<LanguageModel> {
  if (!existsSync(file))
    throw new EngineError("inference.not_found", `${file}: there is no such file`, { exitCode: 2 });
  const { device, threads, contextLength } = options;
  const parallel = Math.min(mostParallel, Math.max(1, options.parallel ?? 8));
  const worker = startWorker(path.resolve(file));
  const { contextLength: length, vocabularySize } = await worker.open({
    type: "open",
    file: path.resolve(file),
    device,
    threads,
    parallel,
    contextLength,
  });
  const check = (ids: readonly number[], what: string): void => {
    for (const id of ids) {
      if (Number.isInteger(id) && id >= 0 && id < vocabularySize) continue;
      throw new EngineError("inference.token", `${what} has the id ${id}, but ${file} has ${vocabularySize} tokens`, {
        hint: "The tokenizer does not belong to this model.",
        exitCode: 2,
      });
    }
  };
  const fits = (needed: number, index: number): void => {
    if (needed <= length) return;
    throw new EngineError(
      "inference.prompt_too_long",
      `request ${index} needs ${needed} positions with its answer, but the context has ${length}`,
      { hint: "Fewer examples, a shorter answer or a longer context.", exitCode: 2 },
    );
  };
  const notEmpty = (prompt: readonly number[], index: number): void => {
    if (prompt.length === 0)
      throw new EngineError("inference.empty_prompt", `request ${index} has an empty prompt`, { exitCode: 2 });
  };

  return {
    contextLength: length,
    async score(requests, onResult) {
      for (const [index, { prompt, continuations }] of requests.entries()) {
        notEmpty(prompt, index);
        check(prompt, `the prompt of request ${index}`);
        if (continuations.length === 0 || continuations.some((tokens) => tokens.length === 0)) {
          throw new EngineError("inference.empty_continuation", `request ${index} has nothing to score`, {
            exitCode: 2,
          });
        }
        for (const tokens of continuations) {
          check(tokens, `a continuation of request ${index}`);
          fits(prompt.length + tokens.length, index);
        }
      }
      const results = new Array<number[][]>(requests.length);
      if (requests.length === 0) return results;
      await worker.run({ type: "score", requests: requests.map(plainScore) }, (index, result, seconds) => {
        results[index] = result as number[][];
        onResult?.(index, results[index], seconds);
      });
      return results;
    },
    async generate(requests, onResult) {
      for (const [index, { prompt, maxTokens }] of requests.entries()) {
        notEmpty(prompt, index);
        check(prompt, `the prompt of request ${index}`);
        if (!Number.isInteger(maxTokens) || maxTokens < 1) {
          throw new EngineError("inference.max_tokens", `request ${index} asks for ${maxTokens} tokens`, {
            exitCode: 2,
          });
        }
        fits(prompt.length + maxTokens, index);
      }
      const results = new Array<GenerateResult>(requests.length);
      if (requests.length === 0) return results;
      await worker.run({ type: "generate", requests: requests.map(plainGenerate) }, (index, result, seconds) => {
        results[index] = result as GenerateResult;
        onResult?.(index, results[index], seconds);
      });
      return results;
    },
    dispose: () => worker.close(),
  };
}

/** Only what the process needs crosses over, whatever else the caller keeps in a request. */
const plainScore = ({ prompt, continuations }: ScoreRequest): ScoreRequest => ({ prompt, continuations });
const plainGenerate = ({ prompt, maxTokens, stopIds }: GenerateRequest): GenerateRequest => ({
  prompt,
  maxTokens,
  stopIds,
});

type JobCommand = { type: "score"; requests: ScoreRequest[] } | { type: "generate"; requests: GenerateRequest[] };

function startWorker(file: string) {
  const child: ChildProcess = fork(fileURLToPath(new URL("./inference-worker.js", import.meta.url)), {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
  });
  const jobs = new Map<number, Job>();
  let opening: { resolve(report: WorkerReport & { type: "opened" }): void; reject(error: Error): void } | undefined;
  let lastJob = 0;
  let said = "";
  let gone = false;
  let closing = false;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-16_384);
  });
  const idle = (): void => {
    // An open model that nobody waits for does not keep the program running.
    if (jobs.size > 0 || opening !== undefined) {
      child.ref();
      child.channel?.ref();
    } else {
      child.unref();
      child.channel?.unref();
      (child.stderr as { unref?: () => void } | null)?.unref?.();
    }
  };
  const failAll = (error: Error): void => {
    opening?.reject(error);
    opening = undefined;
    for (const job of jobs.values()) job.reject(error);
    jobs.clear();
  };
  child.on("message", (message: WorkerReport) => {
    if (message.type === "opened") {
      opening?.resolve(message);
      opening = undefined;
      idle();
    } else if (message.type === "result") {
      const job = jobs.get(message.job);
      try {
        job?.onResult(message.index, message.result, message.seconds);
      } catch (error) {
        // A caller that cannot keep a result ends the work; the process is of no use to it any more.
        failAll(error as Error);
        child.kill("SIGKILL");
      }
    } else if (message.type === "done") {
      jobs.get(message.job)?.resolve();
      jobs.delete(message.job);
      idle();
    } else if (message.job === undefined) {
      // llama.cpp's own words arrive on stderr; they are whole when the process has ended.
      child.once("close", () =>
        failAll(new EngineError(message.code, message.message, { hint: explain(said, message.hint) })),
      );
      child.kill();
    } else {
      jobs
        .get(message.job)
        ?.reject(new EngineError(message.code, message.message, { hint: explain("", message.hint) }));
      jobs.delete(message.job);
      idle();
    }
  });
  child.once("error", (cause) => {
    gone = true;
    failAll(new EngineError("inference.process", "the inference process cannot be started", { cause }));
  });
  child.once("close", (code, signal) => {
    gone = true;
    if (closing && jobs.size === 0) return;
    const how = signal === null ? `exit code ${code}` : signal;
    failAll(
      new EngineError("inference.crashed", `${file}: the inference process ended (${how})`, {
        hint: explain(
          said,
          "Out of memory, or a fault in llama.cpp: try a shorter context, fewer parallel answers, or device cpu.",
        ),
      }),
    );
  });
  const send = (command: WorkerCommand): void => {
    if (gone) throw new EngineError("inference.closed", `${file}: the model is not open any more`);
    child.send(command);
  };
  return {
    open: (command: WorkerCommand & { type: "open" }) =>
      new Promise<WorkerReport & { type: "opened" }>((resolve, reject) => {
        opening = { resolve, reject };
        send(command);
      }),
    run: (command: JobCommand, onResult: Job["onResult"]) =>
      new Promise<void>((resolve, reject) => {
        const job = ++lastJob;
        send({ ...command, job });
        jobs.set(job, { onResult, resolve, reject });
        idle();
      }),
    async close(): Promise<void> {
      closing = true;
      if (gone) return;
      failAll(new EngineError("inference.closed", `${file}: the model was closed while it was working`));
      child.ref();
      const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
      child.send({ type: "close" } satisfies WorkerCommand, () => {});
      // A process in the middle of a decode is not waited for.
      const patience = setTimeout(() => child.kill("SIGKILL"), 2000);
      await ended;
      clearTimeout(patience);
    },
  };
}

/** The last fault that llama.cpp named, in front of the advice. */
function explain(said: string, hint: string | undefined): string {
  const faults = said.split("\n").filter((line) => /error|failed|assert|unknown|invalid/i.test(line));
  const fault = faults.at(-1)?.trim();
  return [fault === undefined ? "" : `llama.cpp: ${fault.slice(0, 300)}.`, hint ?? ""].filter(Boolean).join(" ");
}
