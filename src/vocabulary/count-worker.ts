/** A worker thread that counts the words of texts. */
import { serveJobs } from "../worker-pool.js";
import { countTexts } from "./count-texts.js";
import { type CuttingParts, createTrainingCutter } from "./training-cutter.js";
import type { WordCounts } from "./word-table.js";

export interface CountWorkerData {
  parts: CuttingParts;
  splitDigits: boolean;
}

serveJobs<CountWorkerData, string[], WordCounts>(({ parts, splitDigits }) => {
  const cut = createTrainingCutter(parts, splitDigits);
  return (texts) => {
    const counted = countTexts(texts, cut);
    const { bytes, starts, counts } = counted;
    return {
      result: { ...counted, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) },
      transfer: [bytes.buffer as ArrayBuffer, starts.buffer as ArrayBuffer, counts.buffer as ArrayBuffer],
    };
  };
});
