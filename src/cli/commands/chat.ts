import path from "node:path";
import { createInterface } from "node:readline";
import { findBenchmarkModel } from "../../benchmark/benchmark-model.js";
import { type Reply, startTalk, type Talk } from "../../chat/talk.js";
import type { LanguageModel } from "../../inference/language-model.js";
import { defineAction } from "../command.js";
import {
  type ComputingArguments,
  computeFrom,
  computing,
  type ReportingArguments,
  reporting,
  wholeNumber,
} from "../common-options.js";
import { interruptionSignal } from "../interruption.js";
import { modelFolder } from "../model-folder.js";
import { createOutput } from "../output.js";

interface Arguments extends ComputingArguments, ReportingArguments {
  model: string;
  compare?: string;
  system?: string;
  "max-tokens": number;
}

interface Speaker {
  name: string;
  talk: Talk;
}

export const chatCommand = defineAction<Arguments>({
  builder: (yargs) =>
    reporting(computing(yargs))
      .positional("model", { type: "string", demandOption: true, describe: "model folder, .gguf file or hub id" })
      .option("compare", { type: "string", describe: "a second model that answers the same questions" })
      .option("system", { type: "string", describe: "system message" })
      .option("max-tokens", {
        ...{ type: "number", default: 256, describe: "longest answer, in tokens" },
        coerce: wholeNumber("max-tokens"),
      })
      .example("$0 chat runs/tiny-extended/calibration/calibrated --compare data/tiny-instruct", "")
      .example("echo 'Кто автор рисунка метлы?' | $0 chat data/tiny-instruct --json", "a question a line"),
  handler: async (options) => {
    const { model, compare } = options;
    await withSpeaker(model, options, (first) =>
      compare === undefined
        ? converse([first], options.json)
        : withSpeaker(compare, options, (second) => converse([first, second], options.json)),
    );
  },
});

/** The model of a folder is exported for as long as the talk lasts. */
async function withSpeaker(place: string, options: Arguments, use: (speaker: Speaker) => Promise<void>): Promise<void> {
  const model = await findBenchmarkModel({ model: place.endsWith(".gguf") ? place : await modelFolder(place) });
  const { tokenizer, stopIds } = model;
  const opened = { ...computeFrom(options), parallel: 1, tokens: tokenizer.size };
  const signal = interruptionSignal();
  await model.answering(opened, { signal, activity: "talking" }, async (language) => {
    const name = path.basename(place);
    const talker = { name, model: language as LanguageModel, tokenizer, stopIds };
    await use({ name, talk: startTalk(talker, { system: options.system, maxTokens: options["max-tokens"] }) });
  });
}

async function converse(speakers: readonly Speaker[], json: boolean): Promise<void> {
  const isTerminal = process.stdin.isTTY && !json;
  const output = createOutput(json);
  const lines = createInterface({
    input: process.stdin,
    output: isTerminal ? process.stdout : undefined,
    prompt: "> ",
  });
  if (isTerminal) {
    output.line("A question a line; /new begins anew, an empty line or Ctrl-D ends.");
    lines.prompt();
  }
  for await (const line of lines) {
    const question = line.trim();
    if (question === "" && isTerminal) break;
    if (question === "/new") for (const { talk } of speakers) talk.forget();
    else if (question !== "") await answer(question, speakers, json);
    if (isTerminal) lines.prompt();
  }
  lines.close();
}

/** One after the other, so that each has the machine to itself and the speeds can be compared. */
async function answer(question: string, speakers: readonly Speaker[], json: boolean): Promise<void> {
  const output = createOutput(json);
  for (const { name, talk } of speakers) {
    if (!json && speakers.length > 1) process.stdout.write(`${name}: `);
    const reply = await talk.say(question, (text) => {
      if (!json) process.stdout.write(text);
    });
    output.event({ event: "answered", model: name, question, ...reply });
    output.line(`\n  ${facts(reply)}\n`);
  }
}

function facts({ tokens, characters, seconds, stopped, forgotten }: Reply): string {
  const parts = [
    `${tokens} tokens for ${characters} characters`,
    `${seconds.toFixed(1)} s`,
    `${(tokens / seconds).toFixed(0)} tokens/s`,
    `${(characters / seconds).toFixed(0)} characters/s`,
    ...(stopped === "length" ? ["cut at --max-tokens"] : []),
    ...(forgotten > 0 ? [`${forgotten} old messages forgotten`] : []),
  ];
  return parts.join(", ");
}
