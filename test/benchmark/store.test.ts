import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { mean } from "../../src/benchmark/metrics/mean.js";
import { type NewSample, openStore } from "../../src/benchmark/store.js";
import type { JudgedSample } from "../../src/benchmark/task.js";

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lep-store-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const identity = (model: string, sha = "m1") => ({
  model,
  model_sha256: sha,
  tokenizer_sha256: "t1",
  harness_version: 1,
  options: { few_shot: 0 },
});
const task = { task: "rummlu", task_version: 1, key: "k1", items: ["0", "1", "2"] };
const sample = (id: string): NewSample => ({
  item_id: id,
  prompt: "p",
  prompt_sha256: "h",
  target: "A",
  output: "B",
  answers: [{ ask: "letter", choice: 1, logProbabilities: [-1, -0.5] }],
  metrics: { accuracy: 0 },
  meta: { category: "x" },
  seconds: 0.25,
});
const scored = {
  name: "rummlu",
  task: {
    version: 1,
    aggregate: (samples: readonly JudgedSample[]) => ({
      accuracy: mean(samples.map(({ metrics }) => metrics.accuracy!)),
    }),
  },
};

test("an equal run is found again, samples are kept once, another model starts anew", () => {
  const file = path.join(folder, "runs.sqlite");
  const store = openStore(file);
  const first = store.openRun(identity("a"), [task], {});
  store.addSamples(first.id, "rummlu", [sample("1"), sample("0")]);
  store.addSamples(first.id, "rummlu", [sample("1")]);
  store.close();

  const again = openStore(file);
  assert.deepEqual(again.openRun(identity("a"), [task], {}), { id: first.id, finished: false });
  assert.deepEqual([...again.answered(first.id, "rummlu")].sort(), ["0", "1"]);
  again.addSamples(first.id, "rummlu", [sample("2")]);
  again.score(first.id, [scored], true);
  assert.equal(again.openRun(identity("a"), [task], {}).finished, true);
  assert.deepEqual(again.samples(first.id, "rummlu").at(-1), {
    item_id: "2",
    answers: [{ ask: "letter", choice: 1, logProbabilities: [-1, -0.5] }],
    metrics: { accuracy: 0 },
    meta: { category: "x" },
    seconds: 0.25,
  });
  const { seconds, items, failures, value } = again.scores(first.id)[0]!;
  assert.deepEqual({ seconds, items, failures, value }, { seconds: 0.75, items: 3, failures: 0, value: 0 });

  // The same weights under another name take the samples over; other weights do not.
  const renamed = again.openRun(identity("b"), [{ ...task, items: ["0", "2"] }], {});
  assert.notEqual(renamed.id, first.id);
  assert.equal(again.answered(renamed.id, "rummlu").size, 2);
  const other = again.openRun(identity("a", "m2"), [task], {});
  assert.equal(again.answered(other.id, "rummlu").size, 0);
  const changed = again.openRun(identity("c"), [{ ...task, key: "k2" }], {});
  assert.equal(again.answered(changed.id, "rummlu").size, 0);
  again.close();
});

test("two connections write to one database", () => {
  const file = path.join(folder, "two.sqlite");
  const one = openStore(file);
  const two = openStore(file);
  const a = one.openRun(identity("a"), [task], {});
  const b = two.openRun(identity("b", "m2"), [task], {});
  for (let i = 0; i < 50; i++) {
    one.addSamples(a.id, "rummlu", [sample(String(i))]);
    two.addSamples(b.id, "rummlu", [sample(String(i))]);
  }
  assert.equal(two.answered(a.id, "rummlu").size, 50);
  assert.equal(one.answered(b.id, "rummlu").size, 50);
  one.close();
  two.close();
});

test("a failed item is asked again, counted beside the score, and never stands for an answer", () => {
  const store = openStore(path.join(folder, "failures.sqlite"));
  const failed = (id: string): NewSample => ({ ...sample(id), answers: [], metrics: {}, failure: "no answer" });
  const { id } = store.openRun(identity("a"), [task], {});
  store.addSamples(id, "rummlu", [sample("0"), failed("1"), failed("2")]);
  assert.deepEqual([...store.answered(id, "rummlu")], ["0"]);
  let seen: unknown;
  const watching = {
    ...scored,
    task: {
      version: 1,
      aggregate(samples: readonly JudgedSample[], none?: readonly Pick<JudgedSample, "meta">[]) {
        seen = none;
        return scored.task.aggregate(samples);
      },
    },
  };
  store.score(id, [watching], true);
  assert.deepEqual(seen, [{ meta: { category: "x" } }, { meta: { category: "x" } }]);
  const { items, failures } = store.scores(id)[0]!;
  assert.deepEqual({ items, failures }, { items: 1, failures: 2 });
  const reason = { task: "rummlu", failure: "no answer" };
  assert.deepEqual(store.failures(id), [
    { ...reason, item_id: "1" },
    { ...reason, item_id: "2" },
  ]);
  // Finished, but not for a run that may ask again; and no other run takes a failure over.
  assert.equal(store.openRun(identity("a"), [task], {}).finished, false);
  assert.deepEqual([...store.answered(store.openRun(identity("b"), [task], {}).id, "rummlu")], ["0"]);

  store.addSamples(id, "rummlu", [failed("0"), sample("1"), { ...failed("2"), failure: "still none" }]);
  assert.deepEqual([...store.answered(id, "rummlu")].sort(), ["0", "1"]);
  assert.deepEqual(store.failures(id), [{ task: "rummlu", item_id: "2", failure: "still none" }]);
  store.score(id, [scored], true);
  assert.equal(store.scores(id)[0]!.failures, 1);
  store.addSamples(id, "rummlu", [sample("2")]);
  store.score(id, [scored], true);
  assert.equal(store.openRun(identity("a"), [task], {}).finished, true);

  // A task without any answer has no score at all, which is not a zero.
  const none = store.openRun(identity("c", "m3"), [task], {});
  store.addSamples(none.id, "rummlu", [failed("0"), failed("1"), failed("2")]);
  store.score(none.id, [scored], true);
  assert.deepEqual(store.scores(none.id), []);
  assert.equal(store.failures(none.id).length, 3);
  store.close();
});

test("a sample that comes late makes a finished run unfinished, so that its scores are made again", () => {
  const file = path.join(folder, "late.sqlite");
  const [one, two] = [openStore(file), openStore(file)];
  const { id } = one.openRun(identity("a"), [task], {});
  one.addSamples(id, "rummlu", [sample("0"), sample("1"), { ...sample("2"), failure: "timeout" }]);
  one.score(id, [scored], true);
  // The other process got an answer where this one failed, and was killed before it could score.
  two.addSamples(id, "rummlu", [sample("2")]);
  two.close();
  assert.equal(one.openRun(identity("a"), [task], {}).finished, false);
  // What changes nothing leaves it as it is.
  one.score(id, [scored], true);
  one.addSamples(id, "rummlu", [sample("2")]);
  assert.equal(one.openRun(identity("a"), [task], {}).finished, true);
  one.close();
});

test("every number of an answer comes back; a metric that is no number is refused with its whole batch", () => {
  const store = openStore(path.join(folder, "numbers.sqlite"));
  const { id } = store.openRun(identity("a"), [task], {});
  const logProbabilities = [Number.NEGATIVE_INFINITY, -1e-300, -0.1234567890123456];
  const answers: NewSample["answers"] = [
    { ask: "rank", choice: 1, logProbabilities, tokenLogProbabilities: [[-1, Number.NEGATIVE_INFINITY], [-0.5], []] },
    { ask: "generate", text: '"-Infinity"', tokens: 3 },
  ];
  store.addSamples(id, "rummlu", [{ ...sample("0"), answers }]);
  assert.deepEqual(store.samples(id, "rummlu")[0]!.answers, answers);
  const odd = { ...sample("2"), metrics: { accuracy: Number.NaN } };
  assert.throws(() => store.addSamples(id, "rummlu", [sample("1"), odd]), /rummlu: accuracy of item 2 is NaN/);
  assert.deepEqual([...store.answered(id, "rummlu")], ["0"]);
  store.close();
});

test("judged again: metrics, version and scores change together; answers of several versions are marked", () => {
  const store = openStore(path.join(folder, "judged.sqlite"));
  const { id } = store.openRun(identity("a"), [task], {});
  store.addSamples(id, "rummlu", [sample("0"), sample("1"), { ...sample("2"), failure: "timeout" }]);
  const newer = { ...scored, task: { ...scored.task, version: 2 } };
  store.judge(id, newer, [{ item_id: "0", target: "B", metrics: { accuracy: 1 } }]);
  assert.equal(store.versionOf(id, "rummlu"), 2);
  assert.deepEqual(store.scores(id), [], "a run that has no scores yet gets none");
  store.score(id, [newer], true);
  assert.equal(store.scores(id)[0]!.value, 0.5);
  store.judge(id, { ...scored, task: { ...scored.task, version: 3 } }, [
    { item_id: "1", target: "B", metrics: { accuracy: 1 } },
    { item_id: "2", target: "B", metrics: { accuracy: 1 } },
  ]);
  const { value, items, failures, task_version } = store.scores(id)[0]!;
  assert.deepEqual({ value, items, failures, task_version }, { value: 1, items: 2, failures: 1, task_version: 3 });

  // Samples of a run keep the version that judged them, wherever they are taken over.
  const renamed = store.openRun(identity("b"), [{ ...task, task_version: 4 }], {});
  assert.equal(store.versionOf(renamed.id, "rummlu"), 3);
  const own = store.openRun(identity("c", "m2"), [{ ...task, task_version: 4 }], {});
  assert.equal(store.versionOf(own.id, "rummlu"), 4);
  store.addSamples(renamed.id, "rummlu", [sample("2")]);
  store.judge(renamed.id, { ...scored, task: { ...scored.task, version: 5 } }, []);
  const both = store.openRun(identity("d"), [{ ...task, task_version: 5 }], {});
  assert.equal(store.answered(both.id, "rummlu").size, 3);
  assert.equal(store.versionOf(both.id, "rummlu"), 0);
  store.close();
});

test("measures and overlap are kept once a run, the newest counts", () => {
  const store = openStore(path.join(folder, "measures.sqlite"));
  const { id } = store.openRun(identity("a"), [task], {});
  store.setMeasures(id, { symbols_per_token: 2, tokens_per_second: 9 }, null);
  store.setMeasures(id, { symbols_per_token: 3, perplexity: 4 }, "text");
  assert.deepEqual(store.measures(id), [
    { name: "perplexity", value: 4, text_sha256: "text" },
    { name: "symbols_per_token", value: 3, text_sha256: "text" },
    { name: "tokens_per_second", value: 9, text_sha256: null },
  ]);
  const row = { task: "rummlu", items: 3, overlapping: 1, words: 13, corpus_sha256: "c" };
  store.setOverlap(id, [row]);
  store.setOverlap(id, [{ ...row, overlapping: 2 }]);
  assert.deepEqual(store.overlap(id), [{ ...row, overlapping: 2 }]);
  store.close();
});

test("six processes make one database and write the same run: every item is there once", async () => {
  const file = path.join(folder, "processes.sqlite");
  const script = fileURLToPath(new URL("./writing-process.js", import.meta.url));
  const ends = await Promise.all(
    Array.from({ length: 6 }, () => {
      const child = spawn(process.execPath, [script, file, "60"], { stdio: ["ignore", "ignore", "pipe"] });
      let errors = "";
      child.stderr.on("data", (data) => {
        errors += String(data);
      });
      return new Promise((done) => child.on("close", (code) => done({ code, errors })));
    }),
  );
  assert.deepEqual(ends, Array(6).fill({ code: 0, errors: "" }));
  const database = new Database(file, { readonly: true });
  assert.equal(database.pragma("integrity_check", { simple: true }), "ok");
  assert.deepEqual(database.prepare("SELECT status FROM run").pluck().all(), ["finished"]);
  const { items, value } = database.prepare("SELECT items, value FROM score").get() as { items: number; value: number };
  assert.deepEqual({ items, value }, { items: 60, value: 0.5 });
  assert.equal(database.prepare("SELECT count(*) FROM sample").pluck().get(), 60);
  database.close();
});
