/** SentencePiece's own code (compiled to JavaScript, the package sentencepiece-js), as the judge of files and of ids. */
import { Worker } from "node:worker_threads";

/**
 * Ids that SentencePiece cuts each text into with the model in `file`, nothing added. It runs in a thread of its own,
 * which it may abort, and whose process-wide handlers it may replace. Throws `Error` where it cannot load the file.
 */
export function sentencePieceIds(file: string, texts: readonly string[]): Promise<number[][]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./sentencepiece-worker.js", import.meta.url), {
      workerData: { file, texts },
      stdout: true,
      stderr: true,
    });
    let said = "";
    worker.stderr.on("data", (piece: Buffer) => {
      said += piece.toString();
    });
    worker.once("message", resolve);
    worker.once("error", (cause) => reject(new Error(said.trim() || String(cause), { cause })));
    worker.once("exit", (code) => reject(new Error(said.trim() || `SentencePiece ended with ${code}`)));
  });
}
