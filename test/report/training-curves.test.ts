import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { lineChart } from "../../src/report/line-chart.js";
import { thinOut } from "../../src/report/thin-out.js";
import { spikesNote, trainingCurves } from "../../src/report/training-curves.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-curves-"));
after(() => rmSync(folder, { recursive: true }));
const write = (records: object[]): void =>
  writeFileSync(path.join(folder, "training.jsonl"), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
const points = (count: number, value: (step: number) => number) =>
  Array.from({ length: count }, (_, i) => ({ step: i + 1, value: value(i + 1) }));

test("few points stay as they are; of many the mean, the lowest and the highest of each stretch", () => {
  assert.deepEqual(
    thinOut(
      points(2, (step) => step),
      300,
    ),
    [
      { step: 1, value: 1, low: 1, high: 1 },
      { step: 2, value: 2, low: 2, high: 2 },
    ],
  );
  const thin = thinOut(
    points(10, (step) => (step === 5 ? 100 : step)),
    4,
  );
  assert.deepEqual(thin, [
    { step: 2, value: 2, low: 1, high: 3 },
    { step: 5, value: 110 / 3, low: 4, high: 100 },
    { step: 8, value: 8, low: 7, high: 9 },
    { step: 10, value: 10, low: 10, high: 10 },
  ]);
  assert.deepEqual(thinOut([], 4), []);
});

test("a chart of a long training is as small as one of a short one, and a spike of one step is in it", () => {
  const long = lineChart(
    [{ name: "training", points: points(100_000, (step) => (step === 777 ? 9 : 2 + 1 / step)) }],
    "loss",
  );
  assert.ok(long.length < 20_000, `${long.length} characters`);
  assert.match(long, />9\.00</);
  assert.match(long, />step 100000</);
  assert.match(long, /<polygon /);
  const short = lineChart([{ name: "training", points: points(100, (step) => 3 - step / 100) }], "loss");
  assert.doesNotMatch(short, /<polygon |NaN/);
  assert.equal([.../points="([^"]+)"/.exec(short)![1]!.matchAll(/ /g)].length, 99);
});

test("two curves have one scale, and names; nothing to draw is nothing", () => {
  const chart = lineChart(
    [
      { name: "training", points: points(10, (step) => 11 - step) },
      { name: "<held out>", points: [{ step: 10, value: 21 }] },
    ],
    "loss",
  );
  assert.match(chart, />21\.00<.*>1\.00</s);
  assert.match(chart, /&lt;held out&gt;/);
  // One point is a dot at the right end, at the top.
  assert.match(chart, /<circle cx="628" cy="20"/);
  assert.equal(lineChart([{ name: "training", points: [] }], "loss"), "");
  assert.equal(lineChart([], "loss"), "");
});

test("curves of a log: losses in one chart, bits per character in another where there are any", () => {
  const record = (step: number, more: object = {}) => ({
    step,
    loss: 3 - step,
    learning_rate: 0.1,
    tokens: 5,
    ...more,
  });
  write([record(1), record(2, { validation: { loss: 0.9, bits_per_character: 1.5 } })]);
  assert.deepEqual(trainingCurves(folder, " of adapted"), [
    {
      title: "loss of adapted, nats per token",
      curves: [
        {
          name: "training",
          points: [
            { step: 1, value: 2 },
            { step: 2, value: 1 },
          ],
        },
        { name: "held out", points: [{ step: 2, value: 0.9 }] },
      ],
    },
    {
      title: "bits per character of adapted, held-out text",
      curves: [{ name: "held out", points: [{ step: 2, value: 1.5 }] }],
    },
  ]);
  write([record(1, { validation: { loss: 0.9, bits_per_character: null } })]);
  assert.equal(trainingCurves(folder).length, 1);
  assert.deepEqual(trainingCurves(path.join(folder, "nowhere")), []);
  assert.equal(spikesNote(folder), undefined);
  write([record(1), record(2, { spike: { level: 1, skipped: false, blocks: [] } })]);
  assert.equal(spikesNote(folder), "Steps with a loss far above those before: 1 (2).");
});
