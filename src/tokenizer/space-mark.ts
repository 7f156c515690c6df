/** What SentencePiece writes for a space. */
export const spaceMark = "\u2581";
