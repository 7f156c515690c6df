import { createRandom } from "../../../src/random.js";
import { sampleJson } from "../sample-tokenizers.js";

export const spaceFront = { type: "Prepend", prepend: "▁" };
export const spaceMarks = { type: "Replace", pattern: { String: " " }, content: "▁" };
export const sentencePiece = { type: "Sequence", normalizers: [spaceFront, spaceMarks] };

const alphabet = [..."▁abehstuxABKTйаверпитмёЖ.-—'0123漢"];
const byteTokens = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);

interface Model {
  vocab: Record<string, number>;
  merges: [string, string][];
}

/** Merges drawn by chance, several of them to the same token; few join something to a mark behind it. */
function randomMerges(start: readonly string[], count: number, crosses: boolean): Model {
  const random = createRandom(5);
  const tokens = [...start];
  const known = new Set(tokens);
  const first = start.length - alphabet.length;
  const merges: [string, string][] = [];
  const seen = new Set<string>();
  while (merges.length < count) {
    const pick = (): string => tokens[first + random.below(tokens.length - first)]!;
    const [left, right] = [pick(), pick()];
    const whole = left + right;
    const mark = right.startsWith("▁") && !/^▁*$/.test(left);
    if (whole.length > 9 || seen.has(`${left} ${right}`) || left.startsWith("<") || right.startsWith("<")) continue;
    if (mark && !crosses) continue;
    seen.add(`${left} ${right}`);
    merges.push([left, right]);
    if (!known.has(whole)) tokens.push(whole);
    known.add(whole);
  }
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges };
}

/** A BPE over a few dozen characters, as SentencePiece makes them. */
export function smallBpe(
  model: Record<string, unknown> = {},
  parts: Record<string, unknown> = {},
  { bytes = true, crosses = false } = {},
): Record<string, unknown> {
  const { vocab, merges } = randomMerges(["<unk>", ...(bytes ? byteTokens : []), ...alphabet], 260, crosses);
  return {
    ...sampleJson(),
    normalizer: sentencePiece,
    pre_tokenizer: null,
    decoder: null,
    ...parts,
    model: { type: "BPE", unk_token: "<unk>", fuse_unk: true, byte_fallback: true, ...model, vocab, merges },
  };
}

/** A Unigram model; its scores have many ties. */
export function smallUnigram(
  model: Record<string, unknown> = {},
  parts: Record<string, unknown> = {},
  { bytes = true, crosses = false } = {},
): Record<string, unknown> {
  const random = createRandom(6);
  const { vocab } = randomMerges(["<unk>", ...(bytes ? byteTokens : []), ...alphabet], 260, crosses);
  return {
    ...sampleJson(),
    normalizer: sentencePiece,
    pre_tokenizer: null,
    decoder: null,
    ...parts,
    model: {
      type: "Unigram",
      unk_id: 0,
      byte_fallback: true,
      ...model,
      vocab: Object.keys(vocab).map((piece) => [piece, -(1 + random.below(40)) / 3.1]),
    },
  };
}
