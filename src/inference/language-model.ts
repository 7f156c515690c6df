/**
 * A model that answers: log-probabilities of given continuations and greedy generation, over token
 * ids (prompts are never cut again from text). Benchmark and calibration share it.
 */
export interface ScoreRequest {
  prompt: readonly number[];
  /** Each continuation is scored after the same prompt. At least one token each. */
  continuations: readonly (readonly number[])[];
}

export interface GenerateRequest {
  prompt: readonly number[];
  maxTokens: number;
  /** Ids that end the answer; not part of the result. */
  stopIds: readonly number[];
}

export interface GenerateResult {
  tokens: number[];
  stopped: "stop" | "length";
}

export interface LanguageModel {
  readonly contextLength: number;
  /**
   * Natural-log probability of every token of every continuation, softmax over the whole vocabulary
   * (padding rows included), neutral sampling settings. `onResult` is called as each request is done,
   * in any order; the result is in the order of the requests and does not depend on batching.
   */
  score(
    requests: readonly ScoreRequest[],
    onResult?: (index: number, result: number[][], seconds: number) => void,
  ): Promise<number[][][]>;
  /** Greedy. `onResult` as above. */
  generate(
    requests: readonly GenerateRequest[],
    onResult?: (index: number, result: GenerateResult, seconds: number) => void,
  ): Promise<GenerateResult[]>;
  dispose(): Promise<void>;
}
