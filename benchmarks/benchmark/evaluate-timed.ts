/** One evaluation in a process of its own, from opening the model to the last sample: prints its time and what came out. */
import Database from "better-sqlite3";
import { evaluate } from "../../src/benchmark/evaluate.js";
import { sha256 } from "../../src/sha256.js";

export interface TimedJob {
  model: string;
  tokenizer: string;
  data: string;
  db: string;
  threads: number;
  alone: boolean;
}

export interface TimedAnswer {
  seconds: number;
  accuracy: number;
  /** Hash of every stored answer with its log-probabilities. */
  answers: string;
}

const job = JSON.parse(process.argv[2]!) as TimedJob;
const { model, tokenizer, data, db, threads, alone } = job;
const started = performance.now();
const result = await evaluate({
  ...{ model, tokenizer, data, db, alone },
  name: "timed",
  tasks: ["rummlu"],
  compute: { device: "cpu", threads },
});
const seconds = (performance.now() - started) / 1000;
const database = new Database(db, { readonly: true });
const rows = database.prepare("SELECT item_id, answers FROM sample ORDER BY CAST(item_id AS INTEGER)").all();
database.close();
const answer: TimedAnswer = {
  seconds,
  accuracy: result.tasks.rummlu!.accuracy!,
  answers: sha256(JSON.stringify(rows)),
};
process.stdout.write(JSON.stringify(answer));
