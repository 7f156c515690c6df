/** Small SentencePiece models: written by our own writer, trained by SentencePiece's own program where it is installed. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { packageRoot } from "../../../src/package-root.js";
import type { Piece, SentencePieceModel } from "../../../src/tokenizer/formats/sentencepiece-model.js";

const special: Piece[] = [
  { piece: "<unk>", score: 0, type: "UNKNOWN" },
  { piece: "<s>", score: 0, type: "CONTROL" },
  { piece: "</s>", score: 0, type: "CONTROL" },
];

const bytes = Array.from({ length: 256 }, (_, byte): Piece => {
  const name = byte.toString(16).toUpperCase().padStart(2, "0");
  return { piece: `<0x${name}>`, score: 0, type: "BYTE" };
});

export interface SampleModel {
  type: "BPE" | "UNIGRAM";
  byteFallback?: boolean;
  /** In order of their ids, behind special pieces and bytes; BPE scores are minus their place. */
  pieces: readonly (string | [piece: string, score: number])[];
  extra?: readonly Piece[];
  normalizer?: Partial<SentencePieceModel["normalizer"]>;
}

export function sampleModel({
  type,
  byteFallback = false,
  pieces,
  extra = [],
  normalizer,
}: SampleModel): SentencePieceModel {
  const all: Piece[] = [
    ...special,
    ...(byteFallback ? bytes : []),
    ...pieces.map((entry, i): Piece => {
      const [piece, score] = typeof entry === "string" ? [entry, -i] : entry;
      return { piece, score: Math.fround(score), type: "NORMAL" };
    }),
    ...extra,
  ];
  return {
    pieces: all,
    trainer: {
      modelType: type,
      vocabularySize: all.length,
      treatWhitespaceAsSuffix: false,
      byteFallback,
      unkId: 0,
      bosId: 1,
      eosId: 2,
      padId: -1,
      rest: [],
    },
    normalizer: {
      name: "identity",
      charsmap: new Uint8Array(0),
      addDummyPrefix: true,
      removeExtraWhitespaces: false,
      escapeWhitespaces: true,
      rest: [],
      ...normalizer,
    },
    rest: [],
  };
}

/** Words of two languages with overlapping splits, runs of spaces and of one letter. */
export const bpeSample = sampleModel({
  type: "BPE",
  byteFallback: true,
  pieces: [
    ..."▁t he ▁the ▁п ри ▁при ав вет ▁привет aa aaa aaaa ▁▁ ▁▁▁▁ ab abc bc er re ere".split(" "),
    ..."▁abcdefhrtапрвиеёт".split(""),
  ],
});

export const unigramSample = sampleModel({
  type: "UNIGRAM",
  pieces: [
    ...["▁the", "▁при", "вет", "▁", "he", "er", "ere", "aa", "aaa"].map((piece, i): [string, number] => [
      piece,
      -2.5 - i / 3,
    ]),
    ...[..."abcdefhrtапрвиеёт"].map((piece, i): [string, number] => [piece, -6 - i / 7]),
  ],
});

/** Emoji, combining marks, mixed scripts, control characters, runs, nothing at all. */
export const oddTexts: readonly string[] = [
  "",
  " ",
  "    ",
  "\n",
  "\t\n ",
  "▁",
  "▁ the▁",
  "привет, the  привет   abc    ",
  "  the",
  "a".repeat(57),
  " ".repeat(33),
  "-".repeat(40),
  "thethe при\u0301вет е\u0308ё",
  "👩🏽‍🚀 🇷🇺 ❤️",
  "中文テスト한국어 עברית",
  "\u0000\u0001\u001b\u007f\u0085",
  "\ud800x\udc00",
  "\ufeffthe\u2028the\u00a0the",
  "<0x41> <0x0A>",
  "abcabcabaabbcc erereer",
  "ПриВет hEre",
];

/** Deterministic texts out of `parts`. */
export function mixedTexts(parts: readonly string[], count: number, seed = 1): string[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(14) }, () => parts[below(parts.length)]).join(""),
  );
}

export const mixedParts: readonly string[] = [
  ...oddTexts.filter((text) => text.length < 12),
  ..."a b c e the he при вет ё 1 23 - . , ! « » ½ ² ﬁ é й ß".split(" "),
  " ",
  " ",
  "  ",
  "e\u0301",
  "и\u0306",
];

export const hasTrainer = spawnSync("spm_train", ["--help"]).error === undefined;

/** A model trained by SentencePiece's own `spm_train` on the embedded corpus. Its place. */
export function trainModel(folder: string, name: string, options: readonly string[]): string {
  const corpus = path.join(packageRoot(), "data", "tiny", "corpus", "train.txt.gz");
  const text = path.join(folder, "corpus.txt");
  writeFileSync(text, gunzipSync(readFileSync(corpus)).subarray(0, 400_000).toString("utf8"));
  const prefix = path.join(folder, name);
  execFileSync("spm_train", [`--input=${text}`, `--model_prefix=${prefix}`, "--num_threads=1", ...options], {
    stdio: "pipe",
  });
  return `${prefix}.model`;
}
