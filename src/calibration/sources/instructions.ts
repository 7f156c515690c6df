/**
 * Conversations of a chat dataset (arXiv 2412.21140, table 4, where it is Saiga d7): the propagated model learns every answer
 * in them, of all turns. Read as a stream.
 */
import { readInstructions } from "../../corpus/instructions.js";
import type { CalibrationSource } from "./registry.js";

export const instructions: CalibrationSource = {
  files: "instructions",
  asksTeacher: false,
  read: readInstructions,
  async *conversations({ files }) {
    for await (const { messages } of readInstructions(files)) yield { messages, stopped: "stop" };
  },
};
