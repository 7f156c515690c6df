/** Tokenizers in every format: read, and used on texts, in conversations too. */
import path from "node:path";
import { encodeChat } from "../../../src/tokenizer/chat-template.js";
import { formatSentencePieceModel } from "../../../src/tokenizer/formats/sentencepiece-model.js";
import { loadTokenizer } from "../../../src/tokenizer/load-tokenizer.js";
import { tinyTokenizer } from "../../model/tiny-tokenizer.js";
import { smallBpe, smallUnigram } from "../../tokenizer/encoder/small-vocabularies.js";
import { charsmapOf, sampleRules } from "../../tokenizer/formats/sample-charsmap.js";
import { bpeSample, sampleModel, unigramSample } from "../../tokenizer/formats/sample-models.js";
import type { FuzzReader, Input } from "../fuzz-reader.js";
import { ggufFile } from "../gguf-file.js";
import { json, one } from "../seed-folder.js";

const texts = ["", "the при 12\n\n привет", "  a\u0301 <|eot_id|>é\u0000👩🏽‍🚀", "漢字 it's"];

const template =
  "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n" +
  "{{ message['content'] | trim }}<|eot_id|>{% endfor %}\n{% if add_generation_prompt %}<|start_header_id|>{% endif %}";

async function use(place: string): Promise<void> {
  const tokenizer = await loadTokenizer(place);
  const encoded = await tokenizer.encodeBulk(texts);
  await tokenizer.comesBack(texts, encoded);
  await tokenizer.decode(encoded.ids);
  await tokenizer.encode(texts[1]!);
  await encodeChat(tokenizer, [
    { role: "user", content: "the" },
    { role: "assistant", content: "при" },
  ]);
  for (let id = 0; id < Math.min(tokenizer.size, 300); id++) tokenizer.bytesOf(id);
}

const config = {
  bos_token: "<|begin_of_text|>",
  eos_token: { content: "<|eot_id|>", special: true },
  chat_template: "{{ messages[0].content }} {{ messages[1].content }}",
};

function jsonFolder(): Input {
  return new Map([
    ["tokenizer.json", json(tinyTokenizer())],
    ["tokenizer_config.json", json(config)],
    ["special_tokens_map.json", json({ bos_token: "<|begin_of_text|>" })],
    ["generation_config.json", json({ eos_token_id: [1, 2] })],
    ["chat_template.jinja", Buffer.from(template)],
  ]);
}

const added = (id: number, content: string) => ({
  ...{ id, content, single_word: false, lstrip: true, rstrip: false, normalized: true, special: false },
});

const components = {
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "NFC" },
      { type: "Replace", pattern: { Regex: "[ ]+" }, content: " " },
      { type: "Strip", strip_left: false, strip_right: true },
      { type: "Precompiled", precompiled_charsmap: charsmapOf({ ﬁ: "fi" }).toString("base64") },
    ],
  },
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
      { type: "Digits", individual_digits: true },
      { type: "Punctuation", behavior: "Isolated" },
    ],
  },
  decoder: {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ],
  },
};

const gpt2Tokens = [...new Set([...Object.keys((tinyTokenizer().model as { vocab: object }).vocab), "<|eot_id|>"])];
const merges = (tinyTokenizer().model as { merges: string[] }).merges;

function ggufOf(kind: "gpt2" | "llama" | "t5"): Input {
  const { pieces } = kind === "t5" ? unigramSample : bpeSample;
  const types = ["NORMAL", "UNKNOWN", "CONTROL", "USER_DEFINED", "UNUSED", "BYTE"];
  const isBytes = kind === "gpt2";
  const file = ggufFile({
    "general.architecture": "llama",
    "general.tags": ["a", "b"],
    "tokenizer.ggml.model": kind,
    ...(isBytes && { "tokenizer.ggml.pre": "llama-bpe" }),
    "tokenizer.ggml.tokens": isBytes ? gpt2Tokens : pieces.map(({ piece }) => piece),
    "tokenizer.ggml.token_type": isBytes
      ? gpt2Tokens.map((token) => (token.startsWith("<|") ? 3 : 1))
      : pieces.map(({ type }) => types.indexOf(type) + 1),
    ...(isBytes
      ? { "tokenizer.ggml.merges": merges }
      : { "tokenizer.ggml.scores": pieces.map(({ score }) => score - 0.5) }),
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.add_bos_token": true,
    "tokenizer.chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}",
  });
  return one("model.gguf", file);
}

const beside = {
  "tokenizer_config.json": json({
    bos_token: "<s>",
    chat_template: "{% for m in messages %}{{ m.content }}{% endfor %}",
    added_tokens_decoder: { "600": { content: "<|x|>", special: true } },
  }),
  "added_tokens.json": json({ "<|y|>": 601 }),
};

const withCharsmap = sampleModel({
  type: "UNIGRAM",
  pieces: [..."▁abcdefhrtпривет"].map((piece, i): [string, number] => [piece, -2 - i / 3]),
  normalizer: { charsmap: charsmapOf({ ab: "x", "…": "..." }), removeExtraWhitespaces: true, name: "nmt" },
});

function tiktokenInput(): Input {
  const tokens = [...Array.from({ length: 256 }, (_, byte) => Buffer.of(byte)), "th", "the", " the", "пр"].map(
    (token) => Buffer.from(token as string).toString("base64"),
  );
  const lines = tokens.map((token, rank) => `${token} ${rank}`).join("\n");
  return new Map([
    ["a.tiktoken", Buffer.from(`${lines}\n`)],
    [
      "tokenizer_config.json",
      json({ bos_token: "<s>", added_tokens_decoder: { "260": { content: "<s>", special: true } } }),
    ],
  ]);
}

export const tokenizerReaders = {
  "tokenizer-json": {
    seeds: () => [
      jsonFolder(),
      one("tokenizer.json", JSON.stringify({ ...smallBpe({}, components), added_tokens: [added(0, "<unk>")] })),
      one("tokenizer.json", JSON.stringify(smallUnigram({}, components))),
    ],
    read: use,
    slowness: 10,
  },
  "tokenizer-gguf": {
    seeds: () => [ggufOf("gpt2"), ggufOf("llama"), ggufOf("t5")],
    read: (input) => use(path.join(input, "model.gguf")),
    slowness: 10,
  },
  sentencepiece: {
    seeds() {
      const size = bpeSample.pieces.length;
      const config = { added_tokens_decoder: { [size]: { content: "<|x|>", special: true } }, bos_token: "<s>" };
      return [
        new Map([
          ["tokenizer.model", formatSentencePieceModel(bpeSample)],
          ["tokenizer_config.json", json({ ...JSON.parse(beside["tokenizer_config.json"].toString()), ...config })],
          ["added_tokens.json", json({ "<|y|>": size + 1 })],
        ]),
        one("tokenizer.model", formatSentencePieceModel(unigramSample)),
        one("tokenizer.model", formatSentencePieceModel(withCharsmap)),
      ];
    },
    read: use,
    slowness: 10,
  },
  charsmap: {
    seeds: () => [
      one(
        "tokenizer.model",
        formatSentencePieceModel({
          ...withCharsmap,
          normalizer: { ...withCharsmap.normalizer, charsmap: charsmapOf(sampleRules) },
        }),
      ),
    ],
    read: use,
    slowness: 10,
  },
  tiktoken: { seeds: () => [tiktokenInput()], read: use, slowness: 5 },
} as const satisfies Record<string, FuzzReader>;
