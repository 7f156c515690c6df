/**
 * README.md of a model folder that lep writes: what was done, from which models, with which options and numbers, and which
 * licences that brings. It holds no times and no names of folders above the model, so that the same run gives the same bytes.
 */
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { writing } from "../../write-fault.js";
import { readModelConfig } from "../config.js";
import { flatValues } from "./flat-values.js";
import { cardFile, type ModelSource, modelHistory, stepMarks } from "./model-sources.js";

export interface ModelStep {
  /** What was done, as a heading, and in a sentence or two. */
  title: string;
  text: string;
  /** Role → folder; the steps of these models come first. */
  models: Record<string, string>;
  options: Record<string, unknown>;
  numbers: Record<string, unknown>;
}

/** `languages` are added to those of the models it was made from. Throws `LepError` where it cannot be written. */
export function writeModelCard(folder: string, step: ModelStep, languages: readonly string[] = []): void {
  const file = path.join(folder, cardFile);
  writing(file, () => writeFileSync(file, modelCard(folder, step, languages)));
}

function modelCard(folder: string, step: ModelStep, languages: readonly string[]): string {
  const histories = Object.values(step.models).map((model) => modelHistory(model));
  const sources = distinctSources(histories.flatMap((history) => history.sources));
  const steps = [...new Set(histories.map((history) => history.steps).filter((text) => text !== ""))];
  const licences = new Set(sources.map(({ license }) => license));
  const onHub = sources.filter(({ revision }) => revision !== undefined).map((source) => source.name);
  const spoken = [...new Set([...histories.flatMap((history) => history.languages), ...languages])].sort();
  const [licence] = licences;
  const head = {
    ...(onHub.length > 0 && { base_model: [...new Set(onHub)] }),
    ...(spoken.length > 0 && { language: spoken }),
    ...(licences.size === 1 && licence !== undefined && { license: licence }),
    library_name: "transformers",
    pipeline_tag: "text-generation",
    tags: ["lep", "learned-embedding-propagation"],
    lep: { sources },
  };
  return [
    `---\n${stringify(head)}---`,
    `# ${step.title}`,
    "Made with lep, which teaches a language model a further language by Learned Embedding Propagation " +
      "([arXiv 2412.21140](https://arxiv.org/abs/2412.21140)).",
    description(folder),
    "## What was done",
    stepMarks.begin,
    ...steps,
    stepText(step),
    stepMarks.end,
    "## Licence",
    licenceText(sources),
  ]
    .join("\n\n")
    .concat("\n");
}

function distinctSources(sources: ModelSource[]): ModelSource[] {
  return [...new Map(sources.map((source) => [JSON.stringify(source), source])).values()];
}

function description(folder: string): string {
  const { architecture, num_hidden_layers, hidden_size, vocab_size, tie_word_embeddings } = readModelConfig(folder);
  const tables = tie_word_embeddings ? "one table as embedding and LM head" : "an LM head of its own";
  const use = existsSync(path.join(folder, "tokenizer.json")) ? " with the tokenizer in this folder" : "";
  return `Architecture ${architecture}, ${num_hidden_layers} layers of width ${hidden_size}, ${vocab_size} rows, ${tables}. It loads in transformers${use}.`;
}

function stepText({ title, text, models, options, numbers }: ModelStep): string {
  const from = Object.entries(models).map(([role, folder]) => `- ${role}: ${modelHistory(folder).shown}`);
  return [
    `### ${title}`,
    text,
    from.join("\n"),
    table("option", flatValues(options)),
    table("result", flatValues(numbers)),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function table(head: string, rows: [name: string, value: string][]): string {
  if (rows.length === 0) return "";
  return [`| ${head} | value |`, "| --- | --- |", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
}

function licenceText(sources: ModelSource[]): string {
  if (sources.length === 0) return "It was made from no other model.";
  const lines = sources.map(({ name, license }) => `- \`${name}\`: ${license ?? "its card names none"}`);
  return `What the licences of the models that this one was made from ask for, they ask for here too:\n\n${lines.join("\n")}`;
}
