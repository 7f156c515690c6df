/** How fast metrics and prompts are: matching blocks beside Python's difflib, lemmas, and five-shot questions as token ids. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseItem } from "../../src/benchmark/items.js";
import { loadLemmatizer } from "../../src/benchmark/metrics/lemmatizer.js";
import { matchingCharacters } from "../../src/benchmark/metrics/matching-blocks.js";
import { createPromptBuilder } from "../../src/benchmark/prompts.js";
import { tasks } from "../../src/benchmark/registry.js";
import type { Task } from "../../src/benchmark/task.js";
import { mmluSubjects } from "../../src/benchmark/tasks/mmlu-subjects.js";
import { packageRoot } from "../../src/package-root.js";
import { createRandom, type Random } from "../../src/random.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { median } from "../median.js";
import { type BenchmarkEntry, entry } from "../report-entry.js";
import type { Work } from "./work.js";

export async function metricsEntries({ folder, runs }: Work): Promise<BenchmarkEntry[]> {
  return [matchingEntry(folder, runs), await lemmasEntry(runs), await promptsEntry(runs)];
}

const seconds = (since: number): number => (performance.now() - since) / 1000;

/** Words of one to nine letters with every tenth changed, as a model copies that fails now and then. */
function paragraphs(random: Random): [source: string, copy: string] {
  const letters = "оеаинтсрвлкмдпу";
  const word = (): string => Array.from({ length: 1 + random.below(9) }, () => letters[random.below(15)]).join("");
  const source = Array.from({ length: 400 }, word);
  return [source.join(" "), source.map((each) => (random.below(10) === 0 ? word() : each)).join(" ")];
}

const difflib = `import difflib, json, sys, time
pairs = json.load(open(sys.argv[1], encoding="utf-8"))
start = time.perf_counter()
sums = [sum(b.size for b in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()) for a, b in pairs]
print(json.dumps([time.perf_counter() - start, sums]))`;

function matchingEntry(folder: string, runs: number): BenchmarkEntry {
  const random = createRandom(1);
  const pairs = Array.from({ length: 20 }, () => paragraphs(random));
  const file = path.join(folder, "pairs.json");
  writeFileSync(file, JSON.stringify(pairs));
  const ours: number[] = [];
  const peer: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const sums = pairs.map(([a, b]) => matchingCharacters(a, b));
    ours.push(seconds(start));
    const output = execFileSync(process.env.PYTHON ?? "python3", ["-c", difflib, file], { encoding: "utf8" });
    const [took, expected] = JSON.parse(output) as [number, number[]];
    if (JSON.stringify(expected) !== JSON.stringify(sums)) throw new Error("the matching blocks are not difflib's");
    peer.push(took);
  }
  const [ours_s, peer_s] = [median(ours)!, median(peer)!];
  return entry({
    ...{ name: "matching blocks of 20 paragraphs", ours_s, peer: "difflib", peer_s, ratio: ours_s / peer_s, runs },
    note: "400 words each, a tenth of them changed; equal sums",
  });
}

async function lemmasEntry(runs: number): Promise<BenchmarkEntry> {
  const start = performance.now();
  const lemma = await loadLemmatizer();
  const loading = seconds(start);
  const endings = ["а", "у", "ом", "ами", "ых", "ить", "ила", "енный", "ость", ""];
  const random = createRandom(2);
  const values: number[] = [];
  for (let run = 0; run < runs; run++) {
    // New words each time: those that were seen are remembered.
    const words = Array.from({ length: 5000 }, () => stem(random) + endings[random.below(endings.length)]!);
    const begun = performance.now();
    for (const word of words) lemma(word);
    values.push(words.length / seconds(begun));
  }
  return entry({
    ...{ name: "lemmas of words that no dictionary has", value: median(values), unit: "words/s", runs },
    note: `loading the dictionary took ${loading.toFixed(2)} s`,
  });
}

const stem = (random: Random): string =>
  Array.from({ length: 2 + random.below(4) }, () => "оеаинтсрвл"[random.below(10)]).join("");

async function promptsEntry(runs: number): Promise<BenchmarkEntry> {
  const task: Task = tasks.mmlu_en;
  const row = (subject: string, i: number) => ({
    ...{ subject, answer: i % 4, choices_en: ["the river", "the king", "the bridge", "the winter"] },
    question_en: `Which of these was named first in story ${i} of ${subject}?`,
  });
  const items = [...mmluSubjects.keys()].flatMap((subject) =>
    Array.from({ length: 15 }, (_, i) => parseItem(row(subject, i), subject, i, task)),
  );
  const [examples, asked] = [items.filter(({ id }) => Number(id) < 5), items.filter(({ id }) => Number(id) >= 5)];
  const tokenizer = await loadTokenizer(path.join(packageRoot(), "data", "tiny-instruct"));
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const options = { tokenizer, stopIds: [], contextLimit: 4096, examples, fewShot: 5, system: undefined };
    const prompts = createPromptBuilder(options);
    for (const item of asked) for (const question of task.questions(item)) await prompts.prepare(task, item, question);
    times.push(seconds(start));
  }
  return entry({ name: `token ids of ${asked.length} five-shot questions`, ours_s: median(times), runs });
}
