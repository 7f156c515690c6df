import { CorpusError } from "../errors.js";

const unknown = 0;
const noLetter = 1;
const otherLetter = 2;
const scriptLetter = 3;

/**
 * A counter of letters (Unicode category L) and of those of one script, by its Unicode name (`Cyrillic`, `Latin`, `Han`).
 * Throws `CorpusError` (`corpus.unknown_script`) for a name that Unicode does not have.
 */
export function countScriptLetters(name: string): (text: string) => { ofScript: number; all: number } {
  const inScript = scriptPattern(name);
  const letter = /\p{L}/u;
  // One byte a code point, filled when it first turns up: a look-up is far cheaper than two expressions a character.
  const kinds = new Uint8Array(0x110000);
  return (text) => {
    let ofScript = 0;
    let all = 0;
    for (let i = 0; i < text.length; i++) {
      const point = text.codePointAt(i)!;
      if (point > 0xffff) i++;
      let kind = kinds[point]!;
      if (kind === unknown) {
        const character = String.fromCodePoint(point);
        kind = !letter.test(character) ? noLetter : inScript.test(character) ? scriptLetter : otherLetter;
        kinds[point] = kind;
      }
      if (kind >= otherLetter) all++;
      if (kind === scriptLetter) ofScript++;
    }
    return { ofScript, all };
  };
}

function scriptPattern(name: string): RegExp {
  try {
    // The name goes into an expression, so only the characters of Unicode's own names may pass.
    if (/^[A-Za-z_]+$/.test(name)) return new RegExp(`\\p{Script=${name}}`, "u");
  } catch {}
  throw new CorpusError("corpus.unknown_script", `there is no Unicode script ${JSON.stringify(name)}`, {
    hint: "Scripts have names such as Cyrillic, Latin, Greek or Han.",
  });
}
