/**
 * Held-out text as a training set: windows of a fixed number of code points, the same for every tokenizer, each
 * encoded on its own behind a start token. A window has to decode to itself, byte for byte, so that no tokenizer
 * looks good by losing text. Several windows share a block as segments that do not see each other, so that
 * little padding is computed.
 */
import type { Documents } from "../corpus/document.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { encodeWindows } from "./encode-windows.js";
import { createSequencePacker } from "./sequence-packer.js";
import { cutWindows } from "./text-windows.js";
import { type Block, writeTrainingSet } from "./training-set.js";

export interface WindowsJob {
  /** The training set to write. */
  file: string;
  tokenizer: Tokenizer;
  documents: Documents;
  /** Code points in a window; the last one of a document may be shorter. */
  window_characters: number;
  /** At most so many windows, spread evenly over the text; all where left out. */
  max_windows?: number | undefined;
  /** Tokens that the model sees at once. */
  context: number;
}

export interface WrittenWindows {
  file: string;
  /** Code points. */
  characters: number;
  bytes: number;
  /** Each of them is predicted once. */
  tokens: number;
  windows: number;
}

/** Throws `CorpusError` (no text), `TokenizerError` (a window does not decode to itself), `EngineError` (a window is longer than the context). */
export async function writeWindows(job: WindowsJob): Promise<WrittenWindows> {
  const { file, tokenizer, context } = job;
  const windows = await cutWindows(job.documents, job.window_characters, job.max_windows);
  const sequences = await encodeWindows(windows, tokenizer, context);
  const longest = sequences.reduce((most, ids) => Math.max(most, ids.length - 1), 1);
  const longestFirst = sequences.map((_, i) => i).sort((a, b) => sequences[b]!.length - sequences[a]!.length || a - b);
  const inOrder = longestFirst.map((i) => sequences[i]!);
  const length = blockLength(inOrder, longest, context);
  await writeTrainingSet(file, length, (append) => pack(inOrder, length, append));
  return {
    file,
    characters: windows.reduce((sum, window) => sum + window.characters, 0),
    bytes: windows.reduce((sum, window) => sum + Buffer.byteLength(window.text), 0),
    tokens: sequences.reduce((sum, ids) => sum + ids.length - 1, 0),
    windows: windows.length,
  };
}

function pack(sequences: Int32Array[], length: number, emit: (block: Block) => void): void {
  const packer = createSequencePacker(length, emit, 256);
  for (const ids of sequences) packer.add(ids, new Float32Array(ids.length - 1).fill(1));
  packer.finish();
}

/** Blocks that hold one longest window, or two where that leaves much less padding. */
function blockLength(sequences: Int32Array[], longest: number, context: number): number {
  if (2 * longest > context) return longest;
  const positions = (length: number): number => {
    let blocks = 0;
    pack(sequences, length, () => blocks++);
    return blocks * length;
  };
  return positions(2 * longest) < 0.9 * positions(longest) ? 2 * longest : longest;
}
