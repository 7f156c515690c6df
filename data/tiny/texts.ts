/** Everything that is written from the world: training texts, dialogues, prompts and benchmark items. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { writeFileAtomic } from "../../src/atomic-output.js";
import { createRandom } from "../../src/random.js";
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";
import { type Dataset, makeDatasets, splitTalk } from "./world/benchmark-items.js";
import { copyText, createDialogueMaker, drawKind } from "./world/dialogues.js";
import { type Fact, makeFacts } from "./world/facts.js";
import { createParagraphMaker, type ParagraphOptions } from "./world/paragraphs.js";
import type { Language } from "./world/template.js";
import {
  adaptationOptions,
  adaptationSize,
  baseText,
  copyTextCount,
  copyTextSentences,
  dialogueCount,
  dialogueShares,
  paragraphOptions,
  promptCount,
  promptShares,
  seeds,
} from "./world-seeds.js";

export interface World {
  facts: Fact[];
  datasets: Dataset[];
  /** Sentences of the copy tasks; no other text contains them. */
  reserved: ReadonlySet<string>;
}

export function makeWorld(): World {
  const facts = makeFacts(seeds.facts);
  return { facts, ...makeDatasets(facts, seeds.benchmark) };
}

/** The base model's training text: documents of one paragraph. */
export function* baseParagraphs(world: World): Generator<string> {
  const random = createRandom(seeds.base);
  const maker = createParagraphMaker(world.facts, paragraphOptions, random);
  for (let i = 0; i < baseText.paragraphs; ) {
    const kind = random.uniform();
    const text =
      kind < baseText.english
        ? maker.plain("en")
        : kind < baseText.english + baseText.bilingual
          ? maker.bilingual()
          : maker.plain("ru");
    if (isReserved(text, world.reserved)) continue;
    i++;
    yield text;
  }
}

interface TextRequest {
  language: Language;
  options: ParagraphOptions;
  seed: number;
  characters: number;
  /** Paragraphs that must not be in it. */
  without?: ReadonlySet<string>;
}

/** Paragraphs in one language, of `characters` in all. */
export function paragraphsIn(world: World, { language, options, seed, characters, without }: TextRequest): string[] {
  const maker = createParagraphMaker(world.facts, options, createRandom(seed));
  const texts: string[] = [];
  for (let size = 0; size < characters; ) {
    const text = maker.plain(language);
    if (without?.has(text) || isReserved(text, world.reserved)) continue;
    texts.push(text);
    size += text.length + 2;
  }
  return texts;
}

export function* dialogues(world: World): Generator<ChatMessage[]> {
  const random = createRandom(seeds.dialogues);
  const maker = createDialogueMaker(world.facts, world.reserved, random);
  for (let i = 0; i < dialogueCount; i++) yield maker.make(drawKind(random, dialogueShares));
}

/** Prompts without answers; no prompt comes twice. */
export function calibrationPrompts(world: World): string[] {
  const random = createRandom(seeds.prompts);
  const maker = createDialogueMaker(world.facts, world.reserved, random);
  const prompts = new Set<string>();
  while (prompts.size < promptCount) prompts.add(maker.make(drawKind(random, promptShares))[0]!.content);
  return [...prompts];
}

/** Russian texts for the copy task of the calibration. */
export function copyTexts(world: World): string[] {
  const random = createRandom(seeds.copies);
  return Array.from({ length: copyTextCount }, () =>
    copyText(random, "ru", world.reserved, copyTextSentences[random.below(copyTextSentences.length)]),
  );
}

function isReserved(paragraph: string, reserved: ReadonlySet<string>): boolean {
  return splitTalk(paragraph).some((sentence) => reserved.has(sentence));
}

const jsonl = (rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const documents = (texts: string[]): string => `${texts.join("\n\n")}\n`;

/** Writes what ships: corpora, prompts, copy texts and benchmark under `folder`. */
export function writeTexts(world: World, folder: string): void {
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const russian = { language: "ru", options: adaptationOptions } as const;
  const english = { language: "en", options: paragraphOptions } as const;
  const validation = paragraphsIn(world, { ...russian, seed: seeds.validation, characters: adaptationSize.validation });
  const train = paragraphsIn(world, {
    ...russian,
    seed: seeds.adaptation,
    characters: adaptationSize.train,
    without: new Set(validation),
  });
  const replay = paragraphsIn(world, { ...english, seed: seeds.replay, characters: adaptationSize.replay });
  mkdirSync(at("corpus"), { recursive: true });
  writeFileAtomic(at("corpus", "train.txt.gz"), gzipSync(documents(train), { level: 9 }));
  writeFileAtomic(at("corpus", "replay.txt.gz"), gzipSync(documents(replay), { level: 9 }));
  writeFileAtomic(at("corpus", "validation.txt"), documents(validation));
  writeFileAtomic(at("corpus", "copy.txt.gz"), gzipSync(documents(copyTexts(world)), { level: 9 }));
  writeFileAtomic(at("prompts.jsonl"), jsonl(calibrationPrompts(world).map((prompt) => ({ prompt }))));
  for (const { name, test, prompt } of world.datasets) {
    writeFileAtomic(at("benchmark", name, "test.jsonl"), jsonl(test));
    writeFileAtomic(at("benchmark", name, "prompt.jsonl"), jsonl(prompt));
  }
}
