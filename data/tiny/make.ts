/**
 * Makes what ships as the embedded default: the world's texts and benchmark in data/tiny, the models in data/tiny-base
 * and data/tiny-instruct. `npm run make:tiny -- [--texts] [--tokenizer] [--base] [--instruct] [--threads N]`; all of it where nothing is named.
 */
import { existsSync, mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { LepError } from "../../src/errors.js";
import { packageRoot } from "../../src/package-root.js";
import type { Progress } from "../../src/progress.js";
import { type MakeOptions, makeBase, makeInstruct } from "./models.js";
import { baseParagraphs, dialogues, makeWorld, type World, writeTexts } from "./texts.js";
import { makeTokenizer } from "./tokenizer.js";

const parts = ["texts", "tokenizer", "base", "instruct"] as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      texts: { type: "boolean" },
      tokenizer: { type: "boolean" },
      base: { type: "boolean" },
      instruct: { type: "boolean" },
      threads: { type: "string" },
      work: { type: "string" },
      out: { type: "string" },
    },
  });
  const wanted = parts.some((part) => values[part]) ? parts.filter((part) => values[part]) : parts;
  const work = path.resolve(values.work ?? path.join(packageRoot(), "runs", "tiny-models"));
  const out = path.resolve(values.out ?? path.join(packageRoot(), "data"));
  const threads = Number(values.threads ?? Math.min(2, availableParallelism()));
  mkdirSync(work, { recursive: true });
  const tokenizer = path.join(work, "tokenizer");
  const world = makeWorld();
  const options = (name: string): MakeOptions => ({
    work,
    out: path.join(out, name),
    compute: { device: "cpu", threads },
    progress: printProgress(),
  });
  if (!existsSync(tokenizer)) await makeTokenizer(englishText(world), tokenizer);
  for (const part of wanted) {
    const started = Date.now();
    if (part === "texts") writeTexts(world, path.join(out, "tiny"));
    if (part === "tokenizer") await makeTokenizer(englishText(world), tokenizer);
    if (part === "base") await makeBase(world, tokenizer, options("tiny-base"));
    if (part === "instruct")
      await makeInstruct(world, path.join(out, "tiny-base"), tokenizer, options("tiny-instruct"));
    process.stderr.write(`${part}: done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  }
}

const sampledParagraphs = 40_000;
const sampledDialogues = 8_000;

/** English paragraphs and dialogues. */
async function* englishText(world: World): AsyncGenerator<string> {
  const english = (text: string): boolean => !/\p{Script=Cyrillic}/u.test(text);
  let seen = 0;
  for (const text of baseParagraphs(world)) {
    if (seen++ === sampledParagraphs) break;
    if (english(text)) yield text;
  }
  seen = 0;
  for (const messages of dialogues(world)) {
    if (seen++ === sampledDialogues) break;
    for (const { content } of messages) if (english(content)) yield content;
  }
}

const secondsBetweenLines = 10;

function printProgress(): Progress {
  let last = 0;
  return ({ task, done, total, unit, note }) => {
    if (Date.now() - last < secondsBetweenLines * 1000) return;
    last = Date.now();
    process.stderr.write(`${task}: ${done}${total > 0 ? ` of ${total}` : ""} ${unit}${note ? `, ${note}` : ""}\n`);
  };
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LepError)) throw error;
  process.stderr.write(`make:tiny: ${error.message}\n${error.hint ? `hint: ${error.hint}\n` : ""}`);
  process.exitCode = error.exitCode;
}
