/** White space and control characters of a token as something that can be seen. */

/** A stretch of a token: as it is, or a sign in place of what cannot be seen. */
export interface VisiblePart {
  text: string;
  sign: boolean;
}

const invisible = /\s|\p{Cc}|\p{Cf}|\p{Variation_Selector}/u;

const signs: Record<string, string> = { " ": "·", "\n": "⏎", "\t": "⇥", "\u00a0": "⍽" };

export function visibleParts(text: string): VisiblePart[] {
  const parts: VisiblePart[] = [];
  for (const character of text) {
    // A joiner or a half of a pair would change its neighbours, or nothing at all; its number says what it is.
    const sign = invisible.test(character) || /^\p{Cs}$/u.test(character);
    const shown = sign ? (signs[character] ?? `‹${hexOf(character)}›`) : character;
    const before = parts.at(-1);
    if (before?.sign === sign) before.text += shown;
    else parts.push({ text: shown, sign });
  }
  return parts;
}

/** The same as plain text. */
export const visibleText = (text: string): string => visibleParts(text).reduce((all, part) => all + part.text, "");

const hexOf = (character: string): string => character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
