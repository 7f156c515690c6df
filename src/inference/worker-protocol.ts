import type { Device } from "../engine/engine.js";
import type { GenerateRequest, GenerateResult, ScoreRequest } from "./language-model.js";

/** What the parent asks of the inference process. */
export type WorkerCommand =
  | {
      type: "open";
      file: string;
      device: Device;
      threads: number;
      parallel: number;
      alone: boolean;
      contextLength: number | undefined;
      tokens: number | undefined;
    }
  | { type: "score"; job: number; requests: readonly ScoreRequest[] }
  | { type: "generate"; job: number; requests: readonly GenerateRequest[]; stream: boolean }
  | { type: "tokenize"; job: number; file: string; texts: readonly string[] }
  | { type: "close" };

/** What the inference process answers. */
export type WorkerReport =
  | { type: "opened"; contextLength: number; vocabularySize: number }
  | { type: "result"; job: number; index: number; result: number[][] | GenerateResult; seconds: number }
  /** Of an answer under way, where it was asked for as a stream. */
  | { type: "token"; job: number; index: number; token: number }
  | { type: "done"; job: number }
  | { type: "failed"; job?: number; code: string; message: string; hint?: string | undefined };
