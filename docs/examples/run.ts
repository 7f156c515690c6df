/** All five stages of a recipe; what is done already is found again. */
import { loadRecipe, runPipeline } from "lep";

const [file, folder] = process.argv.slice(2) as [string, string];

const summary = await runPipeline(loadRecipe(file, ["pretraining.steps=20"]), {
  folder,
  to: "vocabulary",
  onEvent: ({ text }) => console.error(text),
});
console.log(summary.vocabulary?.symbols_per_token);
