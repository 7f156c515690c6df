/** Byte tokens of SentencePiece-style vocabularies, which stand for a character that has no token: `<0x00>` … `<0xFF>`. */
export const byteNames: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
);

export const isByteName = (token: string): boolean => /^<0x[0-9A-F]{2}>$/.test(token);
