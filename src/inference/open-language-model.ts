/** A GGUF file as a `LanguageModel`, computed by llama.cpp in a process of its own. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Device } from "../engine/engine.js";
import { EngineError } from "../errors.js";
import type { GenerateRequest, GenerateResult, LanguageModel, ScoreRequest } from "./language-model.js";
import { startWorker } from "./worker-process.js";

export interface LanguageModelOptions {
  device: Device;
  /** 0: all cores. */
  threads: number;
  /** Answers generated side by side by one context; 8 by default. No influence on what comes out. */
  parallel?: number | undefined;
  /** Every request by itself, without batches and shared prefixes: for measurements. */
  alone?: boolean | undefined;
  /** Longest prompt with its answer, in tokens; what the model was trained for, at most 4,096, by default. */
  contextLength?: number | undefined;
  /** The tokenizer's size: rows of the head from here on are padding and never generated. All rows by default. */
  tokens?: number | undefined;
}

/** Answers side by side that can be asked for. */
const mostParallel = 64;

/**
 * Opens `file` (.gguf). Results are equal for every `parallel`, and on a CPU for every number of threads.
 * Throws `EngineError` where the file cannot be loaded, a request does not fit the context or has an id beyond the
 * vocabulary, or the process ends on a failed assertion.
 */
export async function openLanguageModel(file: string, options: LanguageModelOptions): Promise<LanguageModel> {
  if (!existsSync(file))
    throw new EngineError("inference.not_found", `${file}: there is no such file`, { exitCode: 2 });
  const { device, threads, contextLength, tokens } = options;
  const parallel = options.alone ? 1 : Math.min(mostParallel, Math.max(1, options.parallel ?? 8));
  const worker = startWorker(path.resolve(file));
  const { contextLength: length, vocabularySize } = await worker.open({
    type: "open",
    file: path.resolve(file),
    device,
    threads,
    parallel,
    alone: options.alone ?? false,
    contextLength,
    tokens,
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
    async generate(requests, onResult, onToken) {
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
      const command = {
        type: "generate",
        requests: requests.map(plainGenerate),
        stream: onToken !== undefined,
      } as const;
      const done = (index: number, result: number[][] | GenerateResult, seconds: number): void => {
        results[index] = result as GenerateResult;
        onResult?.(index, results[index], seconds);
      };
      await worker.run(command, done, onToken);
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
