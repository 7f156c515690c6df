/** Everything that a recipe's models read in training, as text: what benchmark items are looked for in. */
import { namedSources } from "../calibration/named-sources.js";
import type { CorpusOptions } from "../corpus/read-corpus.js";
import { readPieces } from "../corpus/read-pieces.js";
import type { Recipe } from "../recipe.js";
import { corpusFiles, trainingCorpus } from "./corpora.js";

/** The two stages that train. */
export type TrainingPart = "pretraining" | "calibration";

/** The training corpus and the replay; what self-calibration asks or conversations teach, copied text and plain text. */
export const trainingTexts: Record<TrainingPart, (recipe: Recipe) => AsyncIterable<string>> = {
  pretraining: (recipe) => piecesOf(pretrainingCorpora(recipe)),
  async *calibration(recipe) {
    const section = recipe.calibration;
    if (section === undefined) return;
    for (const { definition, files } of namedSources(section)) {
      for await (const { messages } of definition.read(files)) for (const { content } of messages) yield content;
    }
    yield* piecesOf(calibrationCorpora(recipe));
  },
};

/** The files of all of it. */
export async function trainingFiles(recipe: Recipe): Promise<string[]> {
  const sources =
    recipe.calibration === undefined ? [] : namedSources(recipe.calibration).map(({ files }) => ({ files }));
  const corpora = [...pretrainingCorpora(recipe), ...sources, ...calibrationCorpora(recipe)];
  return [...new Set((await Promise.all(corpora.map(corpusFiles))).flat())];
}

async function* piecesOf(corpora: readonly CorpusOptions[]): AsyncGenerator<string> {
  for (const corpus of corpora) yield* readPieces(corpus);
}

function pretrainingCorpora(recipe: Recipe): CorpusOptions[] {
  if (recipe.pretraining === undefined) return [];
  const { replay } = recipe.pretraining;
  return [trainingCorpus(recipe), ...(replay === null ? [] : [replay.corpus])];
}

function calibrationCorpora({ calibration }: Recipe): CorpusOptions[] {
  const corpora = [calibration?.copy_task?.corpus, calibration?.plain_text?.corpus];
  return corpora.filter((corpus) => corpus != null);
}
