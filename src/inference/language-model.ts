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

/** A request that was given up, with the reason in words. A model on another machine may fail one and answer the next. */
export interface Failed {
  failure: string;
}

/** What `LanguageModel` is, where single requests may fail. */
export interface FallibleModel {
  readonly contextLength: number;
  score(requests: readonly ScoreRequest[], onResult?: OnResult<number[][] | Failed>): Promise<(number[][] | Failed)[]>;
  generate(
    requests: readonly GenerateRequest[],
    onResult?: OnResult<GenerateResult | Failed>,
  ): Promise<(GenerateResult | Failed)[]>;
  dispose(): Promise<void>;
}

/** Called as each request is done, in any order. */
export type OnResult<R> = (index: number, result: R, seconds: number) => void;

/** Called with each token of an answer as it is chosen. */
export type OnToken = (index: number, token: number) => void;

export interface LanguageModel extends FallibleModel {
  /**
   * Natural-log probability of every token of every continuation, softmax over the whole vocabulary
   * (padding rows included), neutral sampling settings. The result is in the order of the requests and does not depend on batching.
   */
  score(requests: readonly ScoreRequest[], onResult?: OnResult<number[][]>): Promise<number[][][]>;
  /** Greedy. */
  generate(
    requests: readonly GenerateRequest[],
    onResult?: OnResult<GenerateResult>,
    onToken?: OnToken,
  ): Promise<GenerateResult[]>;
}
