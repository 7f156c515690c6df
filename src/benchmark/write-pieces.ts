import { createStreamedOutput } from "../streamed-output.js";

/** A text file from its pieces, the whole or none of it. Throws `LepError` (`output.write_failed`), and what `pieces` throws. */
export function writePieces(file: string, pieces: Iterable<string>): void {
  const output = createStreamedOutput(file);
  try {
    for (const piece of pieces) output.write(Buffer.from(piece));
    output.finish();
  } catch (error) {
    output.discard();
    throw error;
  }
}
