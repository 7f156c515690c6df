import path from "node:path";
import { startWorker } from "./worker-process.js";

/**
 * Ids that llama.cpp's own tokenizer, as described in a GGUF, cuts each text into; nothing is added in front or behind. In
 * a process of its own, since llama.cpp ends its process where a vocabulary violates an assertion. Throws `EngineError`.
 */
export async function llamaTokens(file: string, texts: string[]): Promise<number[][]> {
  const worker = startWorker(file);
  let ids: number[][] = [];
  try {
    await worker.run({ type: "tokenize", file: path.resolve(file), texts }, (_, result) => {
      ids = result as number[][];
    });
  } finally {
    await worker.close();
  }
  return ids;
}
