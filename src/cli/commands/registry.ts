import type { CommandModule } from "yargs";
import { calibrateCommand } from "./calibrate.js";
import { doctorCommand } from "./doctor.js";
import { evalCommand } from "./eval.js";
import { exportCommand } from "./export.js";
import { initCommand } from "./init.js";
import { leaderboardCommand } from "./leaderboard.js";
import { propagateCommand } from "./propagate.js";
import { runCommand } from "./run.js";
import { trainCommand } from "./train.js";
import { vocabCommand } from "./vocab.js";

/** Every command, in the order of the help. */
export const commands = {
  run: runCommand,
  vocab: vocabCommand,
  init: initCommand,
  train: trainCommand,
  propagate: propagateCommand,
  calibrate: calibrateCommand,
  eval: evalCommand,
  leaderboard: leaderboardCommand,
  export: exportCommand,
  doctor: doctorCommand,
} as const satisfies Record<string, CommandModule>;
