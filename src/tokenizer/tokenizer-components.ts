/** The parts of a tokenizer.json around its model: which there are, and how they nest. */
import { TokenizerError } from "../errors.js";
import { type Charsmap, parseCharsmap } from "./formats/precompiled-charsmap.js";
import { compilePattern } from "./pattern.js";

/** A normaliser, pre-tokenizer, post-processor or decoder: its `type` and its own options. */
export interface Component {
  type: string;
  readonly [option: string]: unknown;
}

interface ComponentKind {
  /** Where a `Sequence` keeps its parts. */
  parts: string;
  types: readonly string[];
}

/** What Hugging Face tokenizers (0.23) knows. */
const kinds: Record<string, ComponentKind> = {
  normalizer: {
    parts: "normalizers",
    types:
      "BertNormalizer Strip StripAccents NFC NFD NFKC NFKD Sequence Lowercase Nmt Precompiled Replace Prepend ByteLevel".split(
        " ",
      ),
  },
  pre_tokenizer: {
    parts: "pretokenizers",
    types:
      "BertPreTokenizer ByteLevel CharDelimiterSplit Metaspace Whitespace Sequence Split Punctuation WhitespaceSplit Digits UnicodeScripts FixedLength".split(
        " ",
      ),
  },
  post_processor: {
    parts: "processors",
    types: "RobertaProcessing BertProcessing ByteLevel TemplateProcessing Sequence".split(" "),
  },
  decoder: {
    parts: "decoders",
    types: "BPEDecoder ByteLevel WordPiece Metaspace CTC Sequence Replace Fuse Strip ByteFallback".split(" "),
  },
};

/** Throws `TokenizerError` naming the first component of `raw` that is not known. */
export function checkComponents(raw: Readonly<Record<string, unknown>>, source: string): void {
  for (const [name, kind] of Object.entries(kinds)) {
    const component = raw[name];
    if (component !== undefined && component !== null) check(component, name, kind, source, 0);
  }
}

function check(value: unknown, place: string, kind: ComponentKind, source: string, depth: number): void {
  const component = value as Component | null;
  if (typeof component !== "object" || component === null || !kind.types.includes(component.type) || depth > 8) {
    const type = JSON.stringify((component as { type?: unknown } | null)?.type);
    throw new TokenizerError("tokenizer.unknown_component", `${source}: ${place}: unknown component ${type}`, {
      hint: `Known here: ${kind.types.join(", ")}.`,
    });
  }
  if (component.type === "FixedLength" && !(Number.isInteger(component.length) && Number(component.length) > 0)) {
    throw new TokenizerError("tokenizer.invalid", `${source}: ${place}.length: expected a whole number above 0`);
  }
  // The binding takes the table on trust, and a damaged one ends the whole process.
  if (component.type === "Precompiled") charsmapOf(component, `${source}: ${place}`);
  if (kind === kinds.decoder && component.type === "Strip" && component.stop !== 0) {
    throw new TokenizerError("tokenizer.invalid", `${source}: ${place}.stop: only 0 is supported`);
  }
  if (kind === kinds.normalizer && component.type === "Replace" && matchesNothing(component)) {
    throw new TokenizerError("tokenizer.invalid", `${source}: ${place}.pattern: the expression matches nothing at all`);
  }
  if (component.type !== "Sequence") return;
  const parts = component[kind.parts];
  if (!Array.isArray(parts)) {
    throw new TokenizerError("tokenizer.invalid", `${source}: ${place}.${kind.parts}: expected a list`);
  }
  for (const [i, part] of parts.entries()) check(part, `${place}.${kind.parts}[${i}]`, kind, source, depth + 1);
}

/** The binding ends the process on a replacement of nothing, and on a piece that is shorter than what is stripped off its end. */
function matchesNothing({ pattern }: Component): boolean {
  const { Regex: regex } = (pattern ?? {}) as { Regex?: unknown };
  if (typeof regex !== "string") return false;
  try {
    return "".search(compilePattern(regex)) === 0;
  } catch {
    // The binding knows expressions that have no equal here.
    return false;
  }
}

/** The table of a `Precompiled` normaliser, checked. Throws `TokenizerError` naming `place`. */
export function charsmapOf(component: Component, place: string): Charsmap {
  const { precompiled_charsmap: text } = component;
  const bytes = Buffer.from(typeof text === "string" ? text : "", "base64");
  // Node's reader skips what is no base64; the binding does not.
  if (bytes.toString("base64") !== text)
    throw new TokenizerError("tokenizer.charsmap", `${place}.precompiled_charsmap: expected bytes in base64`);
  return parseCharsmap(bytes, place);
}

/** A component's parts in order, nested sequences opened; the component itself where it is not a sequence. */
export function componentsOf(component: Component | null): Component[] {
  if (component === null) return [];
  if (component.type !== "Sequence") return [component];
  const parts = Object.values(kinds)
    .map((kind) => component[kind.parts])
    .find((value) => Array.isArray(value)) as Component[] | undefined;
  return (parts ?? []).flatMap(componentsOf);
}
