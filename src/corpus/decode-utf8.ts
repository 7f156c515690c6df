import { CorpusError } from "../errors.js";

/**
 * Text of a stream of UTF-8 bytes, piece by piece, without a leading byte order mark. Line ends and everything else stay
 * as they are. Throws `CorpusError` (`corpus.invalid_utf8`) naming `source` and the offset of the first wrong byte
 * (in the decompressed bytes).
 */
export async function* decodeUtf8(pieces: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let carried: Uint8Array = new Uint8Array(0);
  let offset = 0;
  let first = true;
  for await (const piece of pieces) {
    const bytes = carried.length === 0 ? piece : Buffer.concat([carried, piece]);
    const end = bytes.length - openEnd(bytes);
    const whole = bytes.subarray(0, end);
    let text: string;
    try {
      text = decoder.decode(whole);
    } catch (cause) {
      throw invalid(source, offset + firstInvalidByte(whole), cause);
    }
    // A copy: the buffer under `piece` may be reused by whoever gave it.
    carried = bytes.slice(end);
    offset += end;
    if (first && text !== "") {
      first = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    if (text !== "") yield text;
  }
  if (carried.length > 0) throw invalid(source, offset, undefined);
}

const invalid = (source: string, offset: number, cause: unknown): CorpusError =>
  new CorpusError("corpus.invalid_utf8", `${source}: invalid UTF-8 at byte ${offset}`, {
    cause,
    hint: "Convert the file to UTF-8 first, e.g. with iconv.",
  });

/** Bytes (0 to 3) at the end that begin a character and lack the rest of it. */
function openEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

const sequenceLength = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);

/** Offset of the first byte that no valid UTF-8 text could have at its place; the length where all is valid. */
export function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4) return at;
    const length = sequenceLength(lead);
    for (let i = 1; i < length; i++) {
      const byte = bytes[at + i];
      if (byte === undefined || byte >> 6 !== 2) return at;
      // Overlong forms, surrogates, and code points above U+10FFFF show in the second byte.
      if (i > 1) continue;
      if (lead === 0xe0 && byte < 0xa0) return at;
      if (lead === 0xed && byte > 0x9f) return at;
      if (lead === 0xf0 && byte < 0x90) return at;
      if (lead === 0xf4 && byte > 0x8f) return at;
    }
    at += length;
  }
  return at;
}
