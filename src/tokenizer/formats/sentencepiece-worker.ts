/** The thread behind sentencepiece-peer.ts. */
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";

interface Processor {
  load(file: string): Promise<void>;
  encodeIds(text: string): number[];
}

const { SentencePieceProcessor } = createRequire(import.meta.url)("sentencepiece-js") as {
  SentencePieceProcessor: new () => Processor;
};
const { file, texts } = workerData as { file: string; texts: readonly string[] };
const processor = new SentencePieceProcessor();
await processor.load(file);
parentPort!.postMessage(texts.map((text) => processor.encodeIds(text)));
