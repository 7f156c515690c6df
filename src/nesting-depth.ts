/** Files that are read here have a few levels; code that walks over thousands of them runs out of stack, or takes minutes (YAML). */
const deepest = 500;

/**
 * Whether `text` has lists or maps more than 500 deep within one another. Of JSON what stands in quotes does not count; of YAML,
 * where a quote may be an apostrophe, it does.
 */
export function isTooDeep(text: string, language: "json" | "yaml"): boolean {
  const quotes = language === "json";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5b || unit === 0x7b) {
      if (++depth > deepest) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
    else if (unit === 0x22 && quotes) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    }
  }
  return false;
}
