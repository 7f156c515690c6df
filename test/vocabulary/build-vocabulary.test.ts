import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { Tokenizer } from "tokenizers";
import { packageRoot } from "../../src/package-root.js";
import { createRandom } from "../../src/random.js";
import { encodeChat } from "../../src/tokenizer/chat-template.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { type BuildVocabularyOptions, buildVocabulary } from "../../src/vocabulary/build-vocabulary.js";
import { vocabularyMethodNames, vocabularyMethods } from "../../src/vocabulary/registry.js";
import { tokenFilter } from "../../src/vocabulary/token-filter.js";
import { byteLevelFolder } from "../tokenizer/sample-tokenizers.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const english = at("english.txt");
const russian = at("russian.txt");
const sentences = (words: string, ends: string, seed: number): string => {
  const random = createRandom(seed);
  const any = (list: string): string => list.split(" ")[random.below(list.split(" ").length)]!;
  const line = (): string =>
    `${any(words)}${any(ends)} ${any(words)}, ${any(words)}${any(ends)} ${random.below(99)}.\n`;
  return Array.from({ length: 400 }, line).join("");
};
const englishWords = "the house walk read water winter forest cold river garden friend morning light stone";
const russianWords = "дом лес вод зим ёлк читает смотрит холодн рек сад друг утр свет камен";
writeFileSync(english, sentences(englishWords, "s ed ing er", 1));
writeFileSync(russian, sentences(russianWords, "а ы ами ой ю", 2));

const base = at("base");
const build = async (options: Partial<BuildVocabularyOptions>): ReturnType<typeof buildVocabulary> =>
  buildVocabulary({ method: "bpe", out: at("out"), corpus: { files: [russian] }, ...options });

test("the tests' base: English and single Cyrillic letters", async () => {
  const letters = [..."абвгдежзийклмнопрстуфхцчшщъыьэюяё"];
  const summary = await build({ corpus: { files: [english] }, size: 380, initial_alphabet: letters, out: base });
  assert.deepEqual([summary.size, summary.kept, summary.added, summary.removed], [380, 261, 119, 0]);
  const tokenizer = await loadTokenizer(base);
  assert.equal(tokenizer.size, 380);
  assert.deepEqual(
    (await tokenizer.encode("ёлка")).map((id) => tokenizer.bytesOf(id)?.length),
    [2, 2, 2, 2],
  );
  assert.deepEqual([...tokenizer.addedIds].map((id) => tokenizer.tokenOf(id)).slice(0, 2), [
    "<|begin_of_text|>",
    "<|end_of_text|>",
  ]);
  assert.equal(Math.min(...tokenizer.addedIds), 375);
});

/** One request a method that must work; every method is covered. */
const requests: Record<string, Partial<BuildVocabularyOptions>> = {
  bpe: { size: 520 },
  extended: { size: 60, script: "Cyrillic" },
  optimized: { keep: 330, size: 60, script: "Cyrillic" },
  unigram: { size: 500 },
};

const marked = at("marked");

test("the same base, as SentencePiece writes text", async () => {
  const letters = [..."абвгдежзийклмнопрстуфхцчшщъыьэюяё"];
  const corpus = { files: [english] };
  const options = { corpus, style: "sentencepiece", size: 480, initial_alphabet: letters, split_digits: true } as const;
  const summary = await build({ ...options, out: marked });
  assert.equal(summary.size, 480);
  const tokenizer = await loadTokenizer(marked);
  assert.equal(tokenizer.tokenOf(0), "<unk>");
  assert.equal(Math.min(...[...tokenizer.addedIds].slice(1)), 475);
  const tokens = async (text: string): Promise<(string | undefined)[]> =>
    (await tokenizer.encode(text)).map((id) => tokenizer.tokenOf(id));
  assert.deepEqual(await tokens("the 12\tё漢"), ["the", "▁", "1", "2", "<0x09>", "ё", "<0xE6>", "<0xBC>", "<0xA2>"]);
});

for (const [style, method] of ["byte_level", "sentencepiece"].flatMap((style) =>
  vocabularyMethodNames.map((method) => [style, method] as const),
)) {
  const base = at(style === "byte_level" ? "base" : "marked");
  test(`${method}, ${style}: loads in Hugging Face tokenizers with the same ids, gives any text back, is the same twice`, async () => {
    const out = at(style === "byte_level" ? `contract-${method}` : `contract-marked-${method}`);
    const options = { method, base, ...requests[method] };
    const summary = await build({ ...options, out });
    await build({ ...options, out: at("again") });
    for (const name of readdirSync(out)) {
      assert.equal(
        readFileSync(path.join(out, name), "utf8"),
        readFileSync(path.join(at("again"), name), "utf8"),
        name,
      );
    }
    const tokenizer = await loadTokenizer(out);
    const peer = Tokenizer.fromFile(path.join(out, "tokenizer.json"));
    assert.equal(tokenizer.size, summary.size);
    assert.equal(peer.getVocabSize(true), summary.size);
    assert.equal(summary.kept + summary.added, summary.size);
    assert.equal(summary.kept + summary.removed, (await loadTokenizer(base)).size);
    for (let id = 0; id < summary.size; id++) assert.equal(peer.idToToken(id), tokenizer.tokenOf(id));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (drawn) => {
        // SentencePiece's mark is its space, also where a text spells the mark itself.
        const text = drawn.replaceAll("\u2581", "_");
        const ids = await tokenizer.encode(text);
        assert.equal(await tokenizer.decode(ids), text);
        const bytes = ids.map((id) => tokenizer.bytesOf(id) ?? Buffer.from(tokenizer.tokenOf(id)!));
        assert.equal(Buffer.concat(bytes).toString(), text);
      }),
      { numRuns: 60 },
    );
    // The roles went along with their ids.
    assert.equal(tokenizer.tokenOf(tokenizer.bosId!), "<|begin_of_text|>");
    const chat = await encodeChat(tokenizer, [{ role: "user", content: "Привет" }], { addGenerationPrompt: true });
    assert.equal(chat.ids[0], tokenizer.bosId);
    assert.deepEqual((await peer.encode("x")).getIds()[0], tokenizer.bosId);
    assert.equal(typeof vocabularyMethods[method].description, "string");
  });
}

for (const [from, name] of [
  ["base", "again-bytes"],
  ["marked", "again-marks"],
] as const) {
  test(`extended ${from}: old ids stay, English text is cut as before, Russian better`, async () => {
    const out = at(name);
    const request = { ...requests.extended, base: at(from), out, compare: { files: [english] } };
    const summary = await build({ method: "extended", ...request });
    assert.equal(summary.added, 60);
    assert.equal(summary.removed, 0);
    assert.deepEqual(summary.changed?.changed, 0);
    assert.equal(existsSync(path.join(out, "row_map.json")), false);
    const [old, renewed] = [await loadTokenizer(at(from)), await loadTokenizer(out)];
    for (let id = 0; id < old.size; id++) assert.equal(renewed.tokenOf(id), old.tokenOf(id));
    for (let id = old.size; id < renewed.size; id++)
      assert.match(Buffer.from(renewed.bytesOf(id)!).toString(), /^ ?[а-яё]+$/);
    const text = readFileSync(english, "utf8");
    assert.deepEqual(await renewed.encode(text), await old.encode(text));
    const words = readFileSync(russian, "utf8");
    assert((await renewed.encode(words)).length < 0.6 * (await old.encode(words)).length);
  });
}

test("optimized: the first ids and the most used ones, then as extended; the map says where each id went", async () => {
  const out = at("cut");
  const old = await loadTokenizer(base);
  const tokens: number[] = [];
  for (const keep_corpus of [undefined, { files: [english] }]) {
    const options = { method: "optimized", base, keep: 300, size: 60, script: "Cyrillic", keep_corpus } as const;
    const summary = await build({ ...options, out });
    const renewed = await loadTokenizer(out);
    const read = JSON.parse(readFileSync(path.join(out, "row_map.json"), "utf8")) as { old_to_new: (number | null)[] };
    assert.equal(read.old_to_new.length, old.size);
    for (const [id, place] of read.old_to_new.entries()) {
      if (place === null) assert.equal(renewed.idOf(old.tokenOf(id)!), undefined);
      else assert.equal(renewed.tokenOf(place), old.tokenOf(id));
    }
    assert.equal(read.old_to_new.filter((place) => place === null).length, summary.removed);
    // Bytes are the first ids here.
    if (keep_corpus === undefined) for (let id = 0; id < 300; id++) assert.equal(read.old_to_new[id], id);
    tokens.push((await renewed.encode(readFileSync(english, "utf8"))).length);
  }
  // Both keep as many; the most used ones cut English into fewer tokens.
  assert(tokens[1]! < tokens[0]!, tokens.join(" "));
});

test("extended, new ids before the added tokens: those move as one", async () => {
  const out = at("before");
  await build({ method: "extended", base, ...requests.extended, out, new_ids: "before_added" });
  const [old, renewed] = [await loadTokenizer(base), await loadTokenizer(out)];
  assert.deepEqual(
    [...renewed.addedIds],
    [...old.addedIds].map((id) => id + 60),
  );
  const after = await loadTokenizer(at("contract-extended"));
  const shift = (id: number): number => (id < 375 ? id : id < 380 ? id + 60 : id - 5);
  const text = `${readFileSync(russian, "utf8")}<|eot_id|>`;
  assert.deepEqual(await renewed.encode(text), (await after.encode(text)).map(shift));
});

test("extended from another tokenizer: its tokens, ranked, all that the script lets through", async () => {
  const from = at("contract-bpe");
  const summary = await build({
    method: "extended",
    base,
    from,
    corpus: undefined,
    script: "/[а-я]+/",
    out: at("from"),
  });
  const [donor, renewed] = [await loadTokenizer(from), await loadTokenizer(at("from"))];
  let words = 0;
  for (let id = 0; id < donor.size; id++) {
    const text = Buffer.from(donor.bytesOf(id) ?? []).toString();
    if (!/^ ?[а-я]+$/.test(text) || text.length === 1) continue;
    words++;
    assert.equal((await renewed.encode(text)).length, 1, text);
  }
  assert.equal(summary.words, words);
});

test("scripts and expressions hold for the whole token after one space", () => {
  const cyrillic = tokenFilter("Cyrillic");
  assert.deepEqual(["ёж", " Ёж", "  ёж", "ёж!", "ejёж", "", " "].map(cyrillic), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.deepEqual(["ab", " AB", "abc1"].map(tokenFilter("/[a-c]+/i")), [true, true, false]);
  assert.equal(tokenFilter(undefined)("x 1"), true);
  for (const wrong of ["Klingon", "/(/", "a}"]) assert.throws(() => tokenFilter(wrong), /neither a Unicode script nor/);
});

test("unigram: layout, options, and texts that spell out what is special", async () => {
  const out = at("unigram");
  await build({
    method: "unigram",
    base,
    size: 480,
    out,
    initial_alphabet: ["ў"],
    special_tokens: ["<|tool|>"],
    threads: 2,
  });
  const tokenizer = await loadTokenizer(out);
  assert.deepEqual(
    [0, 1, 256, 474].map((id) => tokenizer.tokenOf(id)),
    ["<unk>", "<0x00>", "<0xFF>", "<|begin_of_text|>"],
  );
  assert.equal(tokenizer.unknownId, 0);
  assert.deepEqual(
    [...tokenizer.addedIds].sort((a, b) => a - b),
    [0, 474, 475, 476, 477, 478, 479],
  );
  for (const character of ["\t", "\n", "▁", "~", "ў", "ё"]) assert.notEqual(tokenizer.idOf(character), undefined);
  const { model } = JSON.parse(readFileSync(path.join(out, "tokenizer.json"), "utf8")) as {
    model: { vocab: [string, number][]; unk_id: number };
  };
  assert.equal(model.vocab.length, 474);
  assert.equal(model.unk_id, 0);
  for (let id = 258; id < 474; id++) assert(model.vocab[id]![1] <= model.vocab[id - 1]![1]);
  const config = JSON.parse(readFileSync(path.join(out, "tokenizer_config.json"), "utf8")) as Record<string, unknown>;
  assert.equal(config.unk_token, "<unk>");
  for (const text of ["<0x41> <0xFF>", " a", "a", "  a  b \n\n\tc\r\n", "<unk>", "漢字", "<|eot_id|>x", "<|tool|>"]) {
    assert.equal(await tokenizer.decode(await tokenizer.encode(text)), text);
  }
  // The ids of a text that goes on are those of its parts.
  const whole = await tokenizer.encode("дом и лес\nсад у реки");
  const parts = await tokenizer.encodeBatch(["дом и", " лес\n", "сад у реки"]);
  assert.deepEqual(whole, parts.flat());

  const plain = await build({
    method: "unigram",
    base,
    size: 210,
    out,
    byte_fallback: false,
    character_coverage: 0.99,
  });
  assert.equal(plain.size, 210);
  const without = await loadTokenizer(out);
  assert.equal(without.tokenOf(1)?.startsWith("<0x"), false);
  assert.deepEqual(await without.encode("漢"), [0]);
  const digits = await build({ method: "unigram", base, size: 460, out, split_digits: true, max_token_length: 4 });
  assert.equal(digits.size, 460);
  const short = await loadTokenizer(out);
  for (let id = 257; id < 455; id++) {
    const piece = short.tokenOf(id)!;
    assert([...piece].length <= 4 && !/\d.|.\d/.test(piece), piece);
  }
});

test("exactly as many tokens are added as are asked for, whatever the words are made of", async () => {
  for (const [size, script] of [
    [1, "/[а-яё]{6,}/"],
    [7, "/[а-яё]{6,}/"],
    [23, "Cyrillic"],
  ] as const) {
    for (const from of ["base", "marked"]) {
      const summary = await build({ method: "extended", base: at(from), size, script, out: at("exact") });
      assert.equal(summary.added, size);
    }
  }
});

test("added tokens that a text may spell, and further special tokens", async () => {
  const json = JSON.parse(readFileSync(path.join(base, "tokenizer.json"), "utf8")) as {
    added_tokens: Record<string, unknown>[];
  };
  const odd = at("odd");
  mkdirSync(odd);
  const last = json.added_tokens.at(-1)!;
  for (const [i, content] of ["\n", "  ", "о"].entries()) {
    json.added_tokens.push({ ...last, id: 380 + i, content, special: false });
  }
  writeFileSync(path.join(odd, "tokenizer.json"), JSON.stringify(json));
  for (const method of vocabularyMethodNames) {
    const out = at(`odd-${method}`);
    const further = method === "bpe" || method === "unigram" ? ["<tool>", "<tool>", "<|eot_id|>"] : undefined;
    const summary = await build({ method, base: odd, ...requests[method], special_tokens: further, out });
    const tokenizer = await loadTokenizer(out);
    assert.equal(tokenizer.size, summary.size);
    if (requests[method]?.size === 520) assert.equal(summary.size, 520);
    for (const content of ["\n", "  ", "о", ...(further ?? [])]) {
      assert.deepEqual(await tokenizer.encode(`x${content}`), [
        ...(await tokenizer.encode("x")),
        tokenizer.idOf(content),
      ]);
    }
  }
});

const refused: [name: string, options: Record<string, unknown>, message: RegExp][] = [
  ["unknown method", { method: "magic" }, /no vocabulary method "magic"/],
  ["option of another method", { script: "Cyrillic" }, /bpe has no option script/],
  ["size that is none", { size: 0.5 }, /size: 0\.5/],
  ["size too small", { size: 100 }, /too small/],
  ["size that the text does not give", { size: 100_000 }, /at most \d+ can be had/],
  [
    "extension that the text does not give",
    { method: "extended", size: 100_000, script: "Cyrillic" },
    /100000 wanted, \d+ can be had/,
  ],
  ["no token of the script", { method: "extended", size: 5, script: "Greek" }, /of Greek: 5 wanted, 0 can be had/],
  ["Unigram of a size too small", { method: "unigram", size: 300 }, /bytes, characters and added tokens alone are \d+/],
  ["Unigram that the text does not give", { method: "unigram", size: 90_000 }, /at most \d+ can be had/],
  ["share that is none", { method: "unigram", size: 480, character_coverage: 2 }, /character_coverage: 2: Too big/],
  ["no size", { method: "extended" }, /takes a corpus and a size/],
  ["no corpus", { corpus: undefined }, /needs a corpus/],
  ["nothing to keep", { method: "optimized", size: 5 }, /needs the number of tokens to keep/],
  ["more to keep than there is", { method: "optimized", size: 5, keep: 1000 }, /keep: 1000 of 261 tokens is no cut/],
  ["a special token of one character", { special_tokens: ["я"] }, /special_tokens: "я" would take the place/],
  [
    "a special token of spaces",
    { method: "unigram", special_tokens: ["   "] },
    /would take the place of ordinary text/,
  ],
  [
    "options of a corpus beside another tokenizer",
    { method: "extended", from: byteLevelFolder, min_frequency: 3 },
    /min_frequency: means nothing/,
  ],
  ["a text to compare that is not there", { compare: { files: ["/nowhere/*.txt"] } }, /no corpus file matches/],
  ["pieces too long for Unigram", { method: "unigram", max_token_length: 64 }, /at most 63 characters/],
  ["too little memory", { memory_mb: 50 }, /memory_mb: 50 MB are too little/],
  ["base that is not there", { base: "/nowhere/at/all" }, /no such file or folder/],
  ["corpus that is not there", { corpus: { files: ["/nowhere/*.txt"] } }, /no corpus file matches/],
];

for (const [name, options, message] of refused) {
  test(`refused, and nothing written: ${name}`, async () => {
    const out = at("refused");
    await assert.rejects(build({ base: byteLevelFolder, ...options, out } as never), message);
    assert.equal(existsSync(out), false);
  });
}

const shared = path.join(packageRoot(), "..", "shared", "tokenizers");
const real = existsSync(shared) ? false : "the folder with published tokenizers is not there";

test("LLaMa-3 with the Russian tokens of a published vocabulary comes out at the published figures", {
  skip: real,
}, async () => {
  const summary = await buildVocabulary({
    method: "extended",
    base: path.join(shared, "llama-3"),
    from: path.join(shared, "darulm-32000-bpe", "tokenizer.json"),
    script: "/[А-я]+/",
    out: at("llama-3"),
  });
  assert.equal(summary.words, 20_858);
  // Published: 22,713 merges and 22,688 tokens, give or take a handful where pairs tie.
  assert(Math.abs(summary.merges - 280_147 - 22_713) <= 5);
  assert(Math.abs(summary.added - 22_688) <= 5);
});
