import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeFolderAtomic } from "../../atomic-output.js";
import { RecipeError } from "../../errors.js";
import { writeModelCard } from "../../model/card/model-card.js";
import { parseModelConfig, readJsonObject } from "../../model/config.js";
import { createRandomModel } from "../../model/random-model.js";
import { pretrainingSchema } from "../../pretraining/options.js";
import { pretrain } from "../../pretraining/pretrain.js";
import { freshConfigs } from "../../pretraining/special-ids.js";
import { loadTokenizer } from "../../tokenizer/load-tokenizer.js";
import { defineAction } from "../command.js";
import {
  type ComputingArguments,
  computeFrom,
  computing,
  type DocumentsArguments,
  outputFrom,
  type ReportingArguments,
  reporting,
  seeded,
  type WritingArguments,
  withDocuments,
  writing,
} from "../common-options.js";
import { type CorporaArguments, corporaFrom, withCorpora } from "../corpora-options.js";
import { modelFolder, tokenizerPlace } from "../model-folder.js";
import { createOutput } from "../output.js";
import { checkOutputFolder } from "../output-place.js";
import { schemaOptions, sectionFrom } from "../schema-options.js";
import { withProgress } from "../with-progress.js";
import { withWorkFolder } from "../work-folder.js";

interface Arguments
  extends ComputingArguments,
    CorporaArguments,
    DocumentsArguments,
    ReportingArguments,
    WritingArguments {
  model?: string;
  config?: string;
  tokenizer?: string;
  original?: string;
  validation?: string[];
  out: string;
  seed: number;
}

export const trainCommand = defineAction<Arguments>({
  builder: (yargs) =>
    withDocuments(withCorpora(seeded(writing(reporting(computing(yargs))))))
      .option("model", { type: "string", describe: "model folder or hub id to start from", conflicts: "config" })
      .option("config", { type: "string", describe: "config.json of a model from scratch, random weights" })
      .option("tokenizer", { type: "string", describe: "tokenizer folder or hub id; the model's own where left out" })
      .option("original", { type: "string", describe: "the tokenizer before, for --rows new" })
      .option("validation", { type: "string", array: true, describe: "globs of held-out text" })
      .option("out", { type: "string", demandOption: true, describe: "model folder to write" })
      .options(schemaOptions(pretrainingSchema, ["initializer", "head_initializer", "pad_to_multiple_of"]))
      .example("$0 train --model data/tiny-base --corpus 'texts/*.txt' --steps 100 --out trained", "")
      .example(
        "$0 train --model M --corpus 'ru=ru/*.txt' 'uk=uk/*.txt' --sampling temperature --out trained",
        "two corpora, the smaller one more often",
      ),
  handler: async ({ out, seed, json, documents, validation, ...options }) => {
    const written = outputFrom(options);
    const section = sectionFrom(pretrainingSchema, { ...options });
    const { corpora, sampling } = corporaFrom(options, documents);
    checkOutputFolder(out, [options.model, options.tokenizer]);
    const tokenizer = options.tokenizer && (await tokenizerPlace(options.tokenizer));
    const original = options.original && (await tokenizerPlace(options.original));
    const summary = await withWorkFolder(out, async (work) => {
      const { model, discard } = await startingModel(
        { ...options, tokenizer: tokenizer || undefined },
        seed,
        `${work}.start`,
      );
      try {
        return await withProgress((progress, signal) =>
          pretrain(
            {
              model,
              ...(tokenizer && { tokenizer }),
              original: original || undefined,
              corpora,
              sampling,
              ...(validation !== undefined && { validation: { files: validation, documents } }),
              options: section,
              seed,
              compute: computeFrom(options),
              output: written,
              out,
              work,
            },
            progress,
            signal,
          ),
        );
      } finally {
        discard();
      }
    });
    const output = createOutput(json);
    output.event({ event: "trained", out, ...summary });
    const { steps, kept_step, tokens, loss } = summary;
    const kept = kept_step === steps ? "" : `, kept those after step ${kept_step}`;
    output.line(
      `${out}: ${steps} steps${kept}, ${tokens} tokens, loss ${loss.before.toFixed(3)} → ${loss.after.toFixed(3)}`,
    );
  },
});

/**
 * The model to train: an existing one, or a new one of random weights in `folder`, the same for the same seed. `tokenizer` is a place
 * on this machine.
 */
async function startingModel(
  { model, config, tokenizer }: { model?: string; config?: string; tokenizer: string | undefined },
  seed: number,
  folder: string,
): Promise<{ model: string; discard(): void }> {
  if (model !== undefined) return { model: await modelFolder(model), discard: () => {} };
  if (config === undefined || tokenizer === undefined) {
    throw new RecipeError("command.options", "lep train needs --model, or --config and --tokenizer");
  }
  const values = readJsonObject(config);
  const { vocab_size } = parseModelConfig(values, config);
  const loaded = await loadTokenizer(tokenizer);
  if (loaded.size > vocab_size) {
    const ids = `${loaded.source} has ${loaded.size} ids`;
    throw new RecipeError("command.config", `${config}: vocab_size is ${vocab_size}, but ${ids}`);
  }
  const fresh = freshConfigs(values, loaded);
  await writeFolderAtomic(folder, (partial) => {
    createRandomModel(partial, fresh.config, { seed, dtype: "F32" });
    writeFileSync(path.join(partial, "generation_config.json"), `${JSON.stringify(fresh.generation, null, 2)}\n`);
    const text = "A new model of the configuration that was given.";
    writeModelCard(partial, {
      title: "Random weights",
      text,
      models: {},
      options: { seed },
      numbers: {},
    });
  });
  return { model: folder, discard: () => rmSync(folder, { recursive: true, force: true }) };
}
