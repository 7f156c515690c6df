/**
 * Characters that the libraries disagree about, since each carries the Unicode tables of its own year: Node (15 and
 * later), the binding's expressions (16), its normal forms (9) and its punctuation (8). A text with one of them is left to
 * the binding, so that ids never depend on the version of Node.
 */
import { type Component, componentsOf } from "../tokenizer-components.js";
import type { TokenizerJson } from "../tokenizer-json.js";

/** Code points in hexadecimal, assigned after Unicode 14, and unassigned ones between them; ʕ changed its category. */
const assignedLately =
  "295 88f 897 c5c cdc cf3 ece 1acf-1aeb 1b4e-1b4f 1b7f 1c89-1c8a 20c1 2427-2429 2b96 2ffc-2fff 31e4-31ef a7cb-a7cf a7d2 a7d4 a7da-a7f1 fbc3-fbd2 fd90-fd91 fdc8-fdce 105c0-105f3 10940-10959 10d40-10d8f 10ec2-10eff 1123f-11241 11380-113e2 116d0-116e3 11b00-11bf9 11db0-11de9 11f00-11f5a 1342f 13439-143fa 16100-16139 16d40-16d79 16ea0-16ed3 16ff2-16ff6 187f8-187ff 18cff 18d09-18df2 1b132 1b155 1cc00-1cef0 1d2c0-1d2d3 1df25-1df2a 1e030-1e08f 1e4d0-1e6ff 1f6d8-1f6dc 1f774-1f77f 1f7d9 1f8b2-1f8d8 1fa54-1fa57 1fa75-1fa77 1fa87-1fa8f 1faad-1faaf 1fabb-1fabf 1fac6-1facf 1fada-1fadf 1fae8-1faef 1faf7-1faf8 1fbcb-1fbef 1fbfa 2b739-2b73f 2cea2-2cead 2ebf0-2ee5d 31350-33479";

/** Normal forms and combining classes that came after Unicode 9. */
const formedLately =
  "7fd 898-89f 8ca-8d3 9fe c3c d3b-d3c eba 1715 1abf-1ace 1df6-1dfa 32ff a7f2-a7f4 a82c ab69 10781-107ba 10d24-10d27 10eab-10eac 10f46-10f50 10f82-10f85 11070 1133b 1145e 11839-1183a 11938-11943 119e0 11a34 11a47 11a99 11d42-11d45 11d97 16ff0-16ff1 1e130-1e136 1e2ae 1e2ec-1e2ef 1f16c 1fbf0-1fbf9";

const marksLately =
  "180f afa-aff b55 c04 d00 d81 1cf2-1cf7 a8ff 11073-11074 110c2 11145-11146 111c9 111ce-111cf 11241 1182c-1183a 11930-11943 119d1-119e4 11a01-11a0a 11a33-11a47 11a51-11a5b 11a8a-11a99 11d31-11d47 11d8a-11d97 11ef3-11ef6 13440-13455 16f4f 16f7f-16f87 16fe4 1cf00-1cf46";

const punctuationLately =
  "61d 9fd a76 c77 c84 166d 1b7d-1b7e 2e43-2e4f 2e52-2e5d 10ead 10f55-10f59 10f86-10f89 111c9 1144b-1145d 11660-1166c 116b9 1183b 11944-11946 119e2 11a3f-11a46 11a9a-11aa2 11c41-11c45 11c70-11c71 11ef7-11ef8 11fff 12ff1-12ff2 16e97-16e9a 16fe2 1e5ff 1e95e-1e95f";

/** Flat list of first and last code points, ascending by range, of the characters that `tokenizer` leaves to the binding. */
export function youngCharacters({ normalizer, preTokenizer, addedTokens }: TokenizerJson): Int32Array {
  const kinds = new Set([...componentsOf(normalizer), ...componentsOf(preTokenizer)].map(kindOf));
  if (addedTokens.some((token) => token.single_word)) kinds.add("classes");
  const ranges = [
    kinds.size > (kinds.has("none") ? 1 : 0) && assignedLately,
    (kinds.has("forms") || kinds.has("marks")) && formedLately,
    kinds.has("marks") && marksLately,
    kinds.has("punctuation") && punctuationLately,
  ].filter((list) => typeof list === "string");
  return Int32Array.from(
    ranges
      .flatMap((list) => list.split(" "))
      .flatMap((range) => {
        const [first, last = first] = range.split("-");
        return [Number.parseInt(first!, 16), Number.parseInt(last!, 16)];
      }),
  );
}

function kindOf(part: Component): "forms" | "marks" | "punctuation" | "classes" | "none" {
  if (/^NFK?[CD]$/.test(part.type)) return "forms";
  if (part.type === "StripAccents") return "marks";
  if (part.type === "Punctuation") return "punctuation";
  const { Regex: regex } = (part.pattern ?? {}) as { Regex?: unknown };
  if (part.type === "Split" || part.type === "Replace") return typeof regex === "string" ? "classes" : "none";
  if (part.type === "ByteLevel") return part.use_regex === false ? "none" : "classes";
  return ["Digits", "Whitespace", "Lowercase"].includes(part.type) ? "classes" : "none";
}
