import { checkConversations } from "../calibration/check-conversations.js";
import { createConversationFilter } from "../calibration/filters/registry.js";
import { namedSources } from "../calibration/named-sources.js";
import type { Progress } from "../progress.js";
import type { Recipe } from "../recipe.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { RunContext } from "./run-context.js";

/**
 * That the calibration knows the scripts of its filters and can read its prompts and conversations, and the instruct model's chat template can render them, is
 * checked before the first stage. Throws `CorpusError` and `TokenizerError`.
 */
export async function checkCalibration(
  { calibration }: Recipe,
  { instruct }: RunContext["models"],
  progress?: Progress,
): Promise<void> {
  if (calibration === undefined || instruct === undefined) return;
  createConversationFilter(calibration.filters);
  await checkConversations(namedSources(calibration), [await loadTokenizer(instruct)], progress);
}
