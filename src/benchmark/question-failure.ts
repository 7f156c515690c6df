import { BenchmarkError } from "../errors.js";

/**
 * A question that this model cannot be asked, though the item is sound: a choice that is no single token, a prompt that
 * leaves no room in the context. It fails its own sample, which is counted and never scored, not the run.
 */
export class QuestionFailure extends BenchmarkError {}
