import type { GenerateRequest, GenerateResult, ScoreRequest } from "../language-model.js";

/** How a kind of server is asked, with token ids on both sides. What it cannot do is left out, and said. */
export interface Dialect {
  /** For people: which fields it speaks. */
  name: string;
  /** As `LanguageModel.score` for one request. Throws `RequestFailure`. */
  score?(request: ScoreRequest): Promise<number[][]>;
  generate?(request: GenerateRequest): Promise<GenerateResult>;
  /** What the server does not give, for each that is missing. */
  lacks: { score?: string; generate?: string };
}

/** Cuts an answer at the first id that ends it. `ended`: the server says that the model ended it. */
export function cutAnswer(ids: readonly number[], request: GenerateRequest, ended: boolean): GenerateResult {
  const end = ids.findIndex((id) => request.stopIds.includes(id));
  const tokens = (end < 0 ? [...ids] : ids.slice(0, end)).slice(0, request.maxTokens);
  return { tokens, stopped: end >= 0 || ended ? "stop" : "length" };
}
