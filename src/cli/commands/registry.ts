import type { CommandModule } from "yargs";
import { lazily } from "../command.js";

/** Every command, in the order of the help. Only the one that is asked for is loaded: together they are half of lep. */
export const commands = {
  run: lazily(
    "run <recipe>",
    "run a recipe: vocabulary, pretraining, propagation, calibration, benchmark",
    async () => (await import("./run.js")).runCommand,
  ),
  plan: lazily(
    "plan <recipe>",
    "what a run would do and take, without doing it: tokens, memory, disk, time, downloads",
    async () => (await import("./plan.js")).planCommand,
  ),
  vocab: lazily(
    "vocab",
    "build a vocabulary, or compare vocabularies",
    async () => (await import("./vocab.js")).vocabCommand,
  ),
  init: lazily("init", "give a model rows for a new vocabulary", async () => (await import("./init.js")).initCommand),
  train: lazily(
    "train",
    "continue the pre-training of a model on text, embeddings only or whole",
    async () => (await import("./train.js")).trainCommand,
  ),
  propagate: lazily(
    "propagate",
    "carry the embeddings that the base has learned over to the instruct model",
    async () => (await import("./propagate.js")).propagateCommand,
  ),
  calibrate: lazily(
    "calibrate",
    "tune a propagated model on the original instruct model's own answers or a chat dataset",
    async () => (await import("./calibrate.js")).calibrateCommand,
  ),
  eval: lazily(
    "eval",
    "score a model on tasks, into a results database",
    async () => (await import("./eval.js")).evalCommand,
  ),
  leaderboard: lazily(
    "leaderboard",
    "make the table of all models in a results database",
    async () => (await import("./leaderboard.js")).leaderboardCommand,
  ),
  chat: lazily(
    "chat <model>",
    "talk to a model, or to two side by side",
    async () => (await import("./chat.js")).chatCommand,
  ),
  watch: lazily(
    "watch <run>",
    "show a run in the browser as it goes, on this machine only",
    async () => (await import("./watch.js")).watchCommand,
  ),
  export: lazily(
    "export",
    "write a model as GGUF; its tokenizer is compared with tokenizer.json before the file counts",
    async () => (await import("./export.js")).exportCommand,
  ),
  doctor: lazily(
    "doctor",
    "what this machine can do: node, libraries, devices, and what to do about a fault",
    async () => (await import("./doctor.js")).doctorCommand,
  ),
} as const satisfies Record<string, CommandModule>;
