/**
 * Pre-tokenizer patterns are written for Oniguruma (Hugging Face tokenizers) and have to cut the same way here. This
 * translates them to a JavaScript expression: white space and digits by their Unicode properties, `(?i:…)` groups letter
 * by letter, possessive and atomic parts through a look-ahead. What has no equal is refused by name.
 */
import { TokenizerError } from "../errors.js";

/** A global expression in Unicode mode. Throws `TokenizerError` naming the construct that cannot be translated. */
export function compilePattern(pattern: string): RegExp {
  const source = new Translator(pattern).translate();
  try {
    return new RegExp(source, "gu");
  } catch (cause) {
    throw new TokenizerError("tokenizer.pattern", `the pattern ${pattern} is not valid: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** A text as an expression that matches just it. */
export function literalPattern(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gu");
}

/** Inside of a class, by Oniguruma's letter. */
const classEscapes: Record<string, string> = {
  s: "\\p{White_Space}",
  S: "\\P{White_Space}",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}",
};

/** Outside of a class Oniguruma has the fractions and superscripts of Latin-1 among the word characters too. */
const wordCharacters = `${classEscapes.w}\\xb2\\xb3\\xb9\\xbc-\\xbe`;

const characterEscapes: Record<string, string> = {
  n: "\\n",
  r: "\\r",
  t: "\\t",
  f: "\\f",
  v: "\\v",
  a: "\\x07",
  e: "\\x1b",
};

class Translator {
  private at = 0;
  private atomics = 0;

  constructor(private readonly pattern: string) {}

  translate(): string {
    const result = this.alternatives(false);
    if (this.at < this.pattern.length) this.refuse(")");
    return result;
  }

  private refuse(construct: string): never {
    throw new TokenizerError(
      "tokenizer.pattern",
      `the pre-tokenizer pattern has ${JSON.stringify(construct)} at character ${this.at + 1}, which cannot be translated: ${this.pattern}`,
    );
  }

  private takes(text: string): boolean {
    if (!this.pattern.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Up to the closing parenthesis or the end. */
  private alternatives(ignoreCase: boolean): string {
    let result = "";
    while (this.at < this.pattern.length && this.pattern[this.at] !== ")") {
      result += this.takes("|") ? "|" : this.quantified(this.atom(ignoreCase));
    }
    return result;
  }

  private atom(ignoreCase: boolean): string {
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at)!);
    if (character === "(") return this.group(ignoreCase);
    if (character === "[") return this.characterClass(ignoreCase);
    if (character === "\\") return this.escape(ignoreCase);
    if ("*+?".includes(character)) this.refuse(character);
    this.at += character.length;
    if (character === ".") return "[^\\n]";
    // Oniguruma's anchors stand at every line, and only "\n" ends one.
    if (character === "^") return "(?<![^\\n])";
    if (character === "$") return "(?![^\\n])";
    return literal(character, ignoreCase);
  }

  private group(ignoreCase: boolean): string {
    const inner = (open: string, fold = ignoreCase): string => {
      const result = `${open}${this.alternatives(fold)})`;
      if (!this.takes(")")) this.refuse("(");
      return result;
    };
    if (this.takes("(?:")) return inner("(?:");
    if (this.takes("(?i:")) return inner("(?:", true);
    if (this.takes("(?-i:")) return inner("(?:", false);
    for (const look of ["(?=", "(?!", "(?<=", "(?<!"]) if (this.takes(look)) return inner(look);
    if (this.takes("(?>")) return this.atomic(inner("(?:"));
    // At the head of the whole pattern it holds for all of it.
    if (this.at === 0 && this.takes("(?i)")) return `(?:${this.alternatives(true)})`;
    if (this.pattern.startsWith("(?", this.at) || this.pattern.startsWith("(*", this.at)) {
      this.refuse(this.pattern.slice(this.at, this.at + 4));
    }
    this.takes("(");
    return inner("(?:");
  }

  /** Once matched, never tried otherwise. */
  private atomic(expression: string): string {
    const name = `a${this.atomics++}`;
    return `(?:(?=(?<${name}>${expression}))\\k<${name}>)`;
  }

  private quantified(atom: string): string {
    const found = /^(?:[*+?]|\{\d*,?\d*\})/.exec(this.pattern.slice(this.at, this.at + 24))?.[0];
    if (found === undefined || found === "{}" || found === "{,}") return atom;
    this.at += found.length;
    const quantifier = found.startsWith("{,") ? `{0${found.slice(1)}` : found;
    const counted = quantifier.startsWith("{");
    if (this.takes("?")) {
      // Behind a plain {n} Oniguruma reads "?" as "or not at all".
      return counted && !quantifier.includes(",") ? `(?:${atom}${quantifier})?` : `${atom}${quantifier}?`;
    }
    if (this.pattern[this.at] === "+") {
      this.at++;
      return counted ? `(?:${atom}${quantifier})+` : this.atomic(`${atom}${quantifier}`);
    }
    return `${atom}${quantifier}`;
  }

  private escape(ignoreCase: boolean): string {
    const letter = this.pattern[this.at + 1] ?? "";
    if (letter in classEscapes) {
      this.at += 2;
      return letter === "w" ? `[${wordCharacters}]` : classEscapes[letter]!;
    }
    if (letter === "W") {
      this.at += 2;
      return `[^${wordCharacters}]`;
    }
    if (letter === "p" || letter === "P") return this.property();
    return this.escapedCharacter(ignoreCase);
  }

  private escapedCharacter(ignoreCase: boolean): string {
    const rest = this.pattern.slice(this.at);
    const hex = /^\\x\{([0-9A-Fa-f]{1,6})\}|^\\x([0-9A-Fa-f]{2})|^\\u([0-9A-Fa-f]{4})/.exec(rest);
    if (hex !== null) {
      this.at += hex[0].length;
      const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? "", 16);
      if (point > 0x10ffff) this.refuse(hex[0]);
      return literal(String.fromCodePoint(point), ignoreCase);
    }
    const letter = rest[1] ?? "";
    const known = characterEscapes[letter];
    if (known === undefined && (letter === "" || /[A-Za-z0-9]/.test(letter))) this.refuse(rest.slice(0, 2));
    const character = known === undefined ? String.fromCodePoint(rest.codePointAt(1)!) : letter;
    this.at += 1 + character.length;
    return known ?? literal(character, ignoreCase);
  }

  /** `\p{L}`, `\pL`, `\p{^L}`, `\p{Han}`. */
  private property(): string {
    const found = /^\\([pP])(?:\{(\^?)([A-Za-z_ =-]+)\}|([A-Z]))/.exec(this.pattern.slice(this.at));
    if (found === null) this.refuse(this.pattern.slice(this.at, this.at + 2));
    const [whole, letter, not, long, short] = found;
    const name = (long ?? short ?? "").replaceAll(" ", "_");
    const sign = (letter === "P") !== (not === "^") ? "P" : "p";
    for (const property of [name, `Script=${name}`]) {
      const result = `\\${sign}{${property}}`;
      try {
        new RegExp(result, "u");
        this.at += whole.length;
        return result;
      } catch {}
    }
    return this.refuse(whole);
  }

  private characterClass(ignoreCase: boolean): string {
    let result = this.takes("[^") ? "[^" : "[";
    if (result === "[") this.at++;
    for (let first = true; ; first = false) {
      const character = this.pattern[this.at];
      if (character === undefined) this.refuse("[");
      if (character === "]" && !first) {
        this.at++;
        return `${result}]`;
      }
      if (character === "[" || this.pattern.startsWith("&&", this.at)) this.refuse(character === "[" ? "[[" : "&&");
      result += this.classItem(ignoreCase);
    }
  }

  private classItem(ignoreCase: boolean): string {
    if (this.pattern[this.at] === "-") {
      this.at++;
      const last = this.pattern[this.at] === "]";
      const first = this.pattern[this.at - 2] === "[" || this.pattern.slice(0, this.at - 1).endsWith("[^");
      return last || first ? "\\-" : "-";
    }
    const next = this.pattern[this.at + 1] ?? "";
    if (this.pattern[this.at] === "\\") {
      if (next in classEscapes) {
        this.at += 2;
        return classEscapes[next]!;
      }
      if (next === "W") this.refuse("\\W in a class");
      if (next === "p" || next === "P") return this.property();
      return unbracket(this.escapedCharacter(ignoreCase));
    }
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at)!);
    this.at += character.length;
    // A range keeps its ends; its other case would be a range of its own.
    const inRange = this.pattern[this.at] === "-" || this.pattern[this.at - character.length - 1] === "-";
    if (ignoreCase && inRange && foldings(character).length > 1) this.refuse("a range of letters in (?i:");
    return unbracket(literal(character, ignoreCase));
  }
}

const unbracket = (expression: string): string => (expression.startsWith("[") ? expression.slice(1, -1) : expression);

/** One character as an expression; with `ignoreCase` a class of all that fold to the same. */
function literal(character: string, ignoreCase: boolean): string {
  const forms = ignoreCase ? foldings(character) : [character];
  const escaped = forms.map((form) =>
    /[\\^$.*+?()[\]{}|/-]/.test(form) ? `\\u{${form.codePointAt(0)!.toString(16)}}` : form,
  );
  return escaped.length === 1 ? escaped[0]! : `[${escaped.join("")}]`;
}

const foldingsOf = new Map<string, string[]>();

/** All characters that match `character` where case is ignored: s, S and ſ. */
function foldings(character: string): string[] {
  let found = foldingsOf.get(character);
  if (found !== undefined) return found;
  found = [character];
  if (/\p{L}/u.test(character)) {
    const same = new RegExp(literal(character, false), "iu");
    for (let point = 0x41; point < 0x1e944; point++) {
      if (point >= 0x2e80 && point < 0xa640) continue;
      const other = String.fromCodePoint(point);
      if (other !== character && same.test(other)) found.push(other);
    }
  }
  foldingsOf.set(character, found);
  return found;
}
