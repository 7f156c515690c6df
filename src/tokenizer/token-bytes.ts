import { bytesOfToken } from "./byte-level.js";
import { spaceMark } from "./space-mark.js";
import { componentsOf } from "./tokenizer-components.js";
import { isByteLevelBpe, type TokenizerJson } from "./tokenizer-json.js";

const byteToken = /^<0x([0-9A-Fa-f]{2})>$/;

/**
 * A function from an ordinary token's printable form to the bytes that it stands for: the byte-level alphabet, or
 * SentencePiece's form (`▁` for a space, `<0xNN>` for a byte where the model has byte fallback), or plain UTF-8.
 */
export function tokenBytes(tokenizer: TokenizerJson): (token: string) => Uint8Array | undefined {
  if (isByteLevelBpe(tokenizer)) return bytesOfToken;
  const fallback = tokenizer.model.byte_fallback === true;
  const marked = usesSpaceMark(tokenizer);
  return (token) => {
    const byte = fallback ? byteToken.exec(token)?.[1] : undefined;
    if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
    return Buffer.from(marked ? token.replaceAll(spaceMark, " ") : token, "utf8");
  };
}

function usesSpaceMark(tokenizer: TokenizerJson): boolean {
  return componentsOf(tokenizer.decoder).some(
    (part) =>
      part.type === "Metaspace" ||
      (part.type === "Replace" && (part.pattern as { String?: string } | undefined)?.String === spaceMark),
  );
}
