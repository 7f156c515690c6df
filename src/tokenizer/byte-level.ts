/**
 * The printable alphabet of byte-level BPE (GPT-2): every byte has one character, printable ASCII and most of Latin-1
 * stand for themselves, the other 68 bytes get U+0100 and up in byte order. So a token is a string without white space.
 */

function makeAlphabet(): string[] {
  const printsAsItself = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printsAsItself(byte) ? byte : next++));
}

/** byte → its character. */
export const byteAlphabet: readonly string[] = makeAlphabet();

/** UTF-16 unit of the character → byte, 0xffff where it stands for none. */
const byteOfUnit = new Uint16Array(0x200).fill(0xffff);
for (const [byte, character] of byteAlphabet.entries()) byteOfUnit[character.charCodeAt(0)] = byte;

/** The printable form of bytes. */
export function tokenOfBytes(bytes: Uint8Array): string {
  let token = "";
  for (const byte of bytes) token += byteAlphabet[byte];
  return token;
}

/** The bytes that a printable form stands for; undefined where it has a character outside of the alphabet. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOfUnit[token.charCodeAt(i)] ?? 0xffff;
    if (byte === 0xffff) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The printable form of a text's UTF-8 bytes. */
export function tokenOfText(text: string): string {
  return tokenOfBytes(Buffer.from(text, "utf8"));
}

/** The text that bytes spell; undefined where they are not whole UTF-8 characters. */
export function textOfBytes(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text that a printable form spells; undefined where it is not made of whole UTF-8 characters. */
export function textOfToken(token: string): string | undefined {
  const bytes = bytesOfToken(token);
  return bytes === undefined ? undefined : textOfBytes(bytes);
}
