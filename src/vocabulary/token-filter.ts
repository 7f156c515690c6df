import { TokenizerError } from "../errors.js";

/**
 * Tells which texts a token may have. `script`: the name of a Unicode script (`Cyrillic`: every letter of it, ё too), or
 * `/regex/flags`; either must match the whole text after one optional leading space. Without it every text passes.
 * Throws `TokenizerError` for a script that does not exist and for a wrong expression.
 */
export function tokenFilter(script: string | undefined): (text: string) => boolean {
  if (script === undefined) return (text) => text !== "";
  const expression = /^\/(.+)\/([a-z]*)$/su.exec(script);
  let pattern: RegExp;
  try {
    if (expression !== null) {
      const [, source = "", flags = ""] = expression;
      const unicode = /[uv]/.test(flags) ? flags : `${flags}u`;
      pattern = new RegExp(`^ ?(?:${source})$`, unicode.replace(/[gy]/g, ""));
    } else {
      if (!/^[A-Za-z_]+$/.test(script)) throw new SyntaxError("not a name");
      pattern = new RegExp(`^ ?\\p{Script=${script}}+$`, "u");
    }
  } catch (cause) {
    throw new TokenizerError("vocabulary.script", `script: ${script} is neither a Unicode script nor a /regex/`, {
      cause,
      hint: "For example Cyrillic, Greek, Han or /[А-Яа-яЁё]+/.",
    });
  }
  return (text) => pattern.test(text);
}
