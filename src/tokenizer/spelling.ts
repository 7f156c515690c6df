/**
 * Whether ids spell a text, by the bytes of their tokens: a check of round trips without decoding. It knows byte-level and
 * SentencePiece-style decoders.
 */
import { bytesOfToken } from "./byte-level.js";
import { tokenBytes } from "./token-bytes.js";
import { componentsOf } from "./tokenizer-components.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** True where `ids` surely decode to just `text`; false says nothing. */
export type Spelling = (ids: Int32Array, text: string) => boolean;

/** Undefined for a decoder that is not known here. */
export function createSpelling(json: TokenizerJson): Spelling | undefined {
  const decoders = componentsOf(json.decoder);
  const kind = decoders.map((part) => part.type).join(" ");
  const strip = decoders.at(-1);
  const replaced = decoders[0];
  const isSentencePiece =
    kind === "Replace ByteFallback Fuse Strip" &&
    replaced?.content === " " &&
    strip?.content === " " &&
    strip.start === 1 &&
    strip.stop === 0;
  // The decoder of the binding sees an added token in its normalised form.
  if (!(kind === "ByteLevel" || isSentencePiece) || json.addedTokens.some((token) => token.normalized))
    return undefined;
  let table: { bytes: Uint8Array; starts: Int32Array } | undefined;
  let buffer = Buffer.alloc(1 << 12);
  return (ids, text) => {
    table ??= makeTable(json, kind === "ByteLevel");
    const { bytes, starts } = table;
    if (buffer.length < 3 * text.length) buffer = Buffer.alloc(6 * text.length);
    const length = buffer.write(text, "utf8");
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      let from = starts[id]!;
      const to = starts[id + 1]!;
      if (isSentencePiece && i === 0 && bytes[from] === space && from < to) from++;
      for (; from < to; from++) if (at >= length || buffer[at++] !== bytes[from]) return false;
    }
    // Half of a surrogate pair is written as U+FFFD, which it is not.
    return at === length && !loneSurrogate.test(text);
  };
}

const space = 0x20;
const loneSurrogate = /\p{Surrogate}/u;

/** The bytes of all tokens, one behind the other. */
function makeTable(json: TokenizerJson, byteLevel: boolean): { bytes: Uint8Array; starts: Int32Array } {
  const spelled = new Array<Uint8Array>(json.size).fill(new Uint8Array(0));
  const ordinary = byteLevel ? (token: string) => bytesOfToken(token) : tokenBytes(json);
  for (const [token, id] of json.vocabulary) spelled[id] = ordinary(token) ?? Buffer.from(token);
  for (const { content, id } of json.addedTokens) spelled[id] = ordinary(content) ?? Buffer.from(content);
  const starts = new Int32Array(json.size + 1);
  for (const [id, bytes] of spelled.entries()) starts[id + 1] = starts[id]! + bytes.length;
  return { bytes: Buffer.concat(spelled), starts };
}
