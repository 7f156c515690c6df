import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { createRandom } from "../../src/random.js";
import { digamma } from "../../src/vocabulary/digamma.js";
import { findSeedPieces } from "../../src/vocabulary/seed-pieces.js";
import { trainUnigram } from "../../src/vocabulary/train-unigram.js";
import { createUnigramCorpus, cutWord } from "../../src/vocabulary/unigram-corpus.js";
import {
  bestWithout,
  charge,
  countBest,
  createLattice,
  dropEdges,
  expectCounts,
} from "../../src/vocabulary/unigram-lattice.js";
import { createUnigramThreads } from "../../src/vocabulary/unigram-threads.js";

const random = createRandom(3);
const makeWords = (count: number, letters: string, longest: number): Map<string, number> => {
  const words = new Map<string, number>();
  while (words.size < count) {
    const length = 1 + random.below(longest);
    const word = Array.from({ length }, () => letters[random.below(letters.length)]).join("");
    words.set(`▁${word}`, 1 + random.below(9));
  }
  return words;
};

test("words are cut where no piece goes across", () => {
  const cut = (word: string, digits = false): string[] => {
    const parts: string[] = [];
    cutWord(word, digits, (part) => parts.push(part));
    return parts;
  };
  assert.deepEqual(cut("▁Привет,"), ["▁Привет", ","]);
  assert.deepEqual(cut("▁…12.5\n\n—Да.\n"), ["▁…12.5\n\n", "—", "Да", ".\n"]);
  assert.deepEqual(cut("▁12a3", true), ["▁", "1", "2", "a", "3"]);
  assert.deepEqual(cut("▁▁xя"), ["▁", "▁x", "я"]);
  // A combining mark goes with its letter, long vowels with kana, kana with Han.
  assert.deepEqual(cut("и\u0306ꙋラー漢字か。"), ["и\u0306ꙋ", "ラー漢字か", "。"]);
});

test("the alphabet: the commonest characters up to the coverage, and those that are required", () => {
  const words: [string, number][] = [
    ["ab", 60],
    ["a😀", 30],
    ["cd", 1],
    ["\ud800", 9],
  ];
  const all = createUnigramCorpus(words, { required: ["\n"] });
  assert.deepEqual(all.alphabet, ["\n", "a", "b", "c", "d", "😀"]);
  assert.deepEqual([...all.alphabetCounts], [0, 90, 60, 1, 1, 30]);
  const most = createUnigramCorpus(words, { character_coverage: 0.95 });
  assert.deepEqual(most.alphabet, ["a", "b", "😀"]);
  assert.deepEqual([...most.symbols], [1, 2, 0, 1, 0, 3, 0]);
  assert.deepEqual([...most.starts], [0, 3, 5, 7]);
});

/** Every substring of 2 … `longest` characters with its count, found one by one. */
function substrings(words: Iterable<[string, number]>, longest: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (let from = 0; from < word.length; from++) {
      for (let to = from + 2; to <= Math.min(word.length, from + longest); to++) {
        const text = word.slice(from, to);
        counts.set(text, (counts.get(text) ?? 0) + count);
      }
    }
  }
  return counts;
}

test("seeds: substrings that more than one thing follows, with their counts", () => {
  const words = makeWords(300, "abc", 9);
  const corpus = createUnigramCorpus(words);
  const textAt = (place: number, length: number): string =>
    Array.from({ length }, (_, i) => corpus.alphabet[corpus.symbols[place + i]! - 1]).join("");
  const longest = 5;
  const counts = substrings(words, longest + 1);
  const ends = new Map<string, number>();
  for (const [word, count] of words)
    for (let at = 0; at < word.length; at++) ends.set(word.slice(at), (ends.get(word.slice(at)) ?? 0) + count);
  const expected = new Map<string, number>();
  for (const [text, count] of counts) {
    // One continuation that is as frequent as the text itself makes the text superfluous.
    const only = [..."abc"].some((next) => counts.get(text + next) === count);
    if (text.length <= longest && count >= 4 && !only) expected.set(text, count);
  }
  const options = { maxLength: longest, minFrequency: 4, seedSize: 1e6 };
  const seeds = findSeedPieces(corpus, options);
  const found = new Map(
    Array.from(seeds.lengths, (length, i) => [textAt(seeds.order[seeds.lows[i]!]!, length), seeds.frequencies[i]!]),
  );
  assert.deepEqual(new Map([...found].sort()), new Map([...expected].sort()));
  for (const [i, length] of seeds.lengths.entries()) {
    const places = seeds.order.subarray(seeds.lows[i]!, seeds.highs[i]!);
    assert.equal(new Set(Array.from(places, (place) => textAt(place, length))).size, 1);
  }

  const few = findSeedPieces(corpus, { ...options, seedSize: 40 });
  const scores = [...expected].map(([text, count]) => text.length * count).sort((a, b) => b - a);
  assert.deepEqual(
    Array.from(few.lengths, (length, i) => length * few.frequencies[i]!).sort((a, b) => b - a),
    scores.slice(0, 40),
  );
});

/** All ways to cut a word into pieces. */
function* segmentations(word: string, pieces: ReadonlyMap<string, number>): Generator<string[]> {
  if (word === "") yield [];
  for (let length = 1; length <= word.length; length++) {
    const piece = word.slice(0, length);
    if (pieces.has(piece)) for (const rest of segmentations(word.slice(length), pieces)) yield [piece, ...rest];
  }
}

for (const [name, scale] of [
  ["", 1],
  [", out of the range of doubles", 60],
] as const) {
  test(`forward-backward and best segmentations agree with all segmentations one by one${name}`, () => {
    const words = makeWords(80, "abcd", 9);
    const corpus = createUnigramCorpus(words);
    const seeds = findSeedPieces(corpus, { maxLength: 6, minFrequency: 3, seedSize: 1e6 });
    const lattice = createLattice(corpus, seeds);
    const { alphabet, symbols } = corpus;
    const texts = [
      ...alphabet,
      ...Array.from(seeds.lengths, (length, i) => {
        const place = seeds.order[seeds.lows[i]!]!;
        return Array.from({ length }, (_, at) => alphabet[symbols[place + at]! - 1]).join("");
      }),
    ];
    const check = (): void => {
      const logs = new Map(texts.map((text) => [text, -scale * (1 + 9 * random.uniform())]));
      const expected = new Map(texts.map((text) => [text, 0]));
      const best = new Map(texts.map((text) => [text, 0]));
      let likelihood = 0;
      for (const [word, count] of words) {
        const ways = [...segmentations(word, logs)];
        const scores = ways.map((way) => way.reduce((sum, piece) => sum + logs.get(piece)!, 0));
        const highest = Math.max(...scores);
        const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
        likelihood += count * (highest + Math.log(sum));
        for (const [i, way] of ways.entries()) {
          const share = Math.exp(scores[i]! - highest) / sum;
          for (const piece of way) expected.set(piece, expected.get(piece)! + count * share);
        }
        for (const piece of ways[scores.indexOf(highest)]!) best.set(piece, best.get(piece)! + count);
      }
      const sums = (): number[] => texts.map((_, id) => lattice.sums.reduce((total, shard) => total + shard[id]!, 0));
      const pool = createUnigramThreads(lattice, 1);
      for (const [id, text] of texts.entries()) lattice.weights[id] = Math.exp(logs.get(text)! + charge * text.length);
      pool.run(expectCounts, texts.length);
      for (const [id, sum] of sums().entries()) {
        assert(Math.abs(sum - expected.get(texts[id]!)!) <= 1e-9 * (1 + sum), texts[id]);
      }
      const total = lattice.likelihoods.reduce((a, b) => a + b, 0);
      assert(Math.abs(total - likelihood) < 1e-9 * Math.abs(likelihood));
      for (const [id, text] of texts.entries()) lattice.weights[id] = logs.get(text)!;
      pool.run(countBest, texts.length);
      assert.deepEqual(sums(), [...best.values()]);
      for (const [i, length] of seeds.lengths.entries()) {
        const place = seeds.order[seeds.lows[i]!]!;
        const text = Array.from({ length }, (_, at) => alphabet[symbols[place + at]! - 1]).join("");
        if (!logs.has(text)) continue;
        const others = [...segmentations(text, logs)].filter((way) => way.length > 1);
        const score = Math.max(...others.map((way) => way.reduce((sum, piece) => sum + logs.get(piece)!, 0)));
        const other = bestWithout(lattice, place, length);
        assert(Math.abs(other.score - score) < 1e-9);
        assert.equal(
          other.ids.reduceRight((sum, id) => sum + texts[id]!, ""),
          text,
        );
      }
    };
    check();
    // Every third piece goes; the others move up.
    const kept = texts.filter((_, id) => id < alphabet.length || id % 3 !== 0);
    for (const [id, text] of texts.entries()) lattice.renamed[id] = kept.indexOf(text);
    createUnigramThreads(lattice, 1).run(dropEdges, texts.length);
    texts.splice(0, texts.length, ...kept);
    check();
  });
}

test("digamma", () => {
  // Abramowitz and Stegun, table 6.1; the value at one half is -γ - 2 ln 2.
  const values: [number, number][] = [
    [0.5, -1.9635100260214235],
    [1, -0.5772156649015329],
    [1.5, 0.03648997397857652],
    [2, 0.4227843350984671],
    [10, 2.251752589066721],
    [1e6, 13.815510057964191],
  ];
  for (const [x, value] of values) assert(Math.abs(digamma(x) - value) < 1e-9, String(x));
});

/** Words of a made-up language with stems and endings, drawn unevenly. */
function language(): Map<string, number> {
  const draw = createRandom(11);
  const syllables = Array.from({ length: 60 }, () =>
    Array.from({ length: 2 + draw.below(2) }, () => "абвгдеклмнорст"[draw.below(14)]).join(""),
  );
  const uneven = <T>(list: readonly T[]): T => list[Math.floor(draw.uniform() ** 2 * list.length)]!;
  const stems = Array.from({ length: 400 }, () => Array.from({ length: 1 + draw.below(3) }, () => uneven(syllables)));
  const endings = ["", "а", "ами", "ого", "ить", "ился", "ение"];
  const words = new Map<string, number>();
  for (let i = 0; i < 30_000; i++) {
    const word = `▁${uneven(stems).join("")}${uneven(endings)}`;
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}

const words = language();
const corpus = createUnigramCorpus(words);

test("the same bits with 1, 2 and 3 threads, and whatever the number of seeds at hand", async () => {
  const size = 500;
  const alone = await trainUnigram(corpus, { size });
  assert.equal(alone.pieces.length, size);
  assert.equal(new Set(alone.pieces).size, size);
  for (const character of corpus.alphabet) assert(alone.pieces.includes(character), character);
  for (let i = 1; i < size; i++) assert(alone.scores[i]! <= alone.scores[i - 1]!);
  // A threshold keeps small corpora on one thread; the passes themselves are compared.
  const seeds = findSeedPieces(corpus, { maxLength: 16, minFrequency: 2, seedSize: 1e6 });
  const lattice = createLattice(corpus, seeds);
  const ids = corpus.alphabet.length + seeds.lengths.length;
  for (let id = 0; id < ids; id++) lattice.weights[id] = 1 / (1 + id);
  const run = async (threads: number): Promise<string> => {
    const pool = createUnigramThreads(lattice, threads);
    for (const shard of lattice.sums) shard.fill(Number.NaN);
    for (let turn = 0; turn < 20; turn++) pool.run(turn % 2 === 0 ? countBest : expectCounts, ids);
    // Workers take a while to start; later turns have them.
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let turn = 0; turn < 20; turn++) pool.run(turn % 2 === 0 ? countBest : expectCounts, ids);
    await pool.close();
    return lattice.sums.map((shard) => Buffer.from(shard.slice().buffer).toString("base64")).join();
  };
  const first = await run(1);
  for (const threads of [2, 3]) assert(first === (await run(threads)));
});

test("options: reserved texts, longest piece, digits, and what cannot be had", async () => {
  const { pieces } = await trainUnigram(corpus, { size: 400 });
  const reserved = new Set(pieces.filter((piece) => piece.length > 1).slice(0, 5));
  const without = await trainUnigram(corpus, { size: 400, reserved, max_token_length: 4 });
  assert.equal(without.pieces.length, 400);
  for (const piece of without.pieces) assert(!reserved.has(piece) && piece.length <= 4, piece);
  const all = await trainUnigram(corpus, { size: 1e6 });
  assert(all.pieces.length < 1e6);
  assert.deepEqual((await trainUnigram(corpus, { size: all.pieces.length })).pieces.length, all.pieces.length);
  await assert.rejects(trainUnigram(corpus, { size: 5 }), /too small: its characters alone are 18/);
  const empty = await trainUnigram(createUnigramCorpus([], { required: ["\n", "▁"] }), { size: 9 });
  assert.deepEqual(empty.pieces.sort(), ["\n", "▁"]);
});

const folder = mkdtempSync(path.join(tmpdir(), "lep-"));
after(() => rmSync(folder, { recursive: true }));
const spm = spawnSync("spm_train", ["--help"]).error === undefined ? false : "spm_train is not installed";

test("no more tokens than SentencePiece's own trainer needs, and mostly its pieces", { skip: spm }, async () => {
  const text = [...words].flatMap(([word, count]) => new Array<string>(count).fill(word.slice(1)));
  createRandom(5).shuffle(text);
  const held = text.splice(0, 3000);
  const lines = Array.from({ length: text.length / 10 }, (_, i) => text.slice(10 * i, 10 * i + 10).join(" "));
  const file = path.join(folder, "text.txt");
  writeFileSync(file, lines.join("\n"));
  execFileSync(
    "spm_train",
    [
      `--input=${file}`,
      `--model_prefix=${path.join(folder, "peer")}`,
      "--vocab_size=503",
      "--character_coverage=1",
      "--normalization_rule_name=identity",
      "--remove_extra_whitespaces=false",
    ],
    { stdio: "ignore" },
  );
  const peer = new Map(
    readFileSync(path.join(folder, "peer.vocab"), "utf8")
      .trimEnd()
      .split("\n")
      .slice(3)
      .map((line) => line.split("\t") as [string, string])
      .map(([piece, score]) => [piece, Number(score)]),
  );
  const counts = new Map<string, number>();
  for (const word of text) counts.set(`▁${word}`, (counts.get(`▁${word}`) ?? 0) + 1);
  const { pieces, scores } = await trainUnigram(createUnigramCorpus(counts), { size: 500 });
  const ours = new Map(pieces.map((piece, i) => [piece, scores[i]!]));
  const tokens = (vocabulary: ReadonlyMap<string, number>): number =>
    held.reduce((sum, word) => sum + bestLength(`▁${word}`, vocabulary), 0);
  assert(tokens(ours) <= 1.005 * tokens(peer), `${tokens(ours)} against ${tokens(peer)}`);
  const common = pieces.filter((piece) => peer.has(piece)).length;
  assert(common > 0.6 * pieces.length, `${common} of ${pieces.length}`);
});

/** Pieces in the best segmentation. */
function bestLength(word: string, pieces: ReadonlyMap<string, number>): number {
  const best: [score: number, count: number][] = [[0, 0]];
  for (let to = 1; to <= word.length; to++) {
    best[to] = [Number.NEGATIVE_INFINITY, 0];
    for (let from = 0; from < to; from++) {
      const score = best[from]![0] + (pieces.get(word.slice(from, to)) ?? Number.NEGATIVE_INFINITY);
      if (score > best[to]![0]) best[to] = [score, best[from]![1] + 1];
    }
  }
  return best[word.length]![1];
}
