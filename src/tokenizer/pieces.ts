/**
 * Which tokens of an original tokenizer make up each token of a new one. A token stands for its bytes: these are
 * segmented as the original would segment them inside a text, with no leading space added and no special tokens.
 * (Learned Embedding Propagation, arXiv 2412.21140, section 3; mean initialisation and conversion rest on it.)
 */
import { textOfBytes } from "./byte-level.js";
import { createPlainEncoder } from "./plain-encoder.js";
import { createByteSegmenter } from "./segment-bytes.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * For every id of `newTokenizer` the ids of its pieces under `original`: [newTokenizer.size]. Empty for added tokens, and
 * where the original has no token for any of the bytes. Ids of the original's added tokens never appear.
 */
export async function piecesOf(newTokenizer: Tokenizer, original: Tokenizer): Promise<Int32Array[]> {
  const encode = await createPlainEncoder(original);
  const segmentBytes = createByteSegmenter(original, encode);
  const bytes = Array.from({ length: newTokenizer.size }, (_, id) => newTokenizer.bytesOf(id));
  const texts = new Map<number, string>();
  for (const [id, some] of bytes.entries()) {
    const text = some === undefined ? undefined : textOfBytes(some);
    if (text !== undefined) texts.set(id, text);
  }
  const encoded = await encode([...texts.values()]);
  const pieces: Int32Array[] = bytes.map(() => new Int32Array(0));
  let next = 0;
  for (const id of texts.keys()) {
    const ids = encoded[next++];
    if (ids !== undefined) pieces[id] = Int32Array.from(ids);
  }
  // What is no text, and texts that spell a special token or come out with an unknown one, are cut by their bytes.
  for (const [id, some] of bytes.entries()) {
    if (some !== undefined && pieces[id]!.length === 0) pieces[id] = await segmentBytes(some);
  }
  return pieces;
}
