import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { mock, test } from "node:test";
import { terminalProgress } from "../../src/cli/terminal-progress.js";
import { shownTime } from "../../src/shown-time.js";

function fakeStream(isTTY: boolean): { stream: NodeJS.WriteStream; text(): string } {
  const written: string[] = [];
  const stream = new Writable({
    write(piece, _, done) {
      written.push(String(piece));
      done();
    },
  });
  Object.assign(stream, { isTTY, columns: 200, cursorTo() {}, clearLine() {}, moveCursor() {} });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written.join("") };
}

const step = (done: number, note: string) => ({ task: "training", done, total: 1000, unit: "steps", note });

test("durations have two units at most, the smaller one filled up", () => {
  const expected: [seconds: unknown, shown: string][] = [
    [0, "0s"],
    [59.2, "1m00s"],
    [59, "59s"],
    [178, "2m58s"],
    [3600, "1h00m"],
    [86_399, "23h59m"],
    [200_000, "2d07h"],
    ["NULL", "?"],
    [Number.POSITIVE_INFINITY, "?"],
  ];
  for (const [seconds, shown] of expected) assert.equal(shownTime(seconds), shown);
});

test("without a terminal: warnings at once as lines of their own, the count goes on", () => {
  const { stream, text } = fakeStream(false);
  const { report } = terminalProgress(stream);
  report({ task: "training", done: 0, total: 0, unit: "steps", warning: "a checkpoint is damaged" });
  report(step(1, "loss 2"));
  report({ task: "training", done: 1, total: 1000, unit: "steps", warning: "step 1: a loss of 9" });
  report(step(1000, "loss 1"));
  const lines = text().trimEnd().split("\n");
  assert.deepEqual(lines.slice(0, 3), [
    "lep: warning: a checkpoint is damaged",
    "training: 1000 steps",
    "lep: warning: step 1: a loss of 9",
  ]);
  assert.match(lines[3]!, /^training: 1000\/1000 steps, .*, loss 1$/);
});

test("a training that continues has the time left of the steps that are taken now", (context) => {
  const clock = context.mock.method(performance, "now", () => 0);
  const { stream, text } = fakeStream(false);
  const { report } = terminalProgress(stream);
  report(step(901, ""));
  clock.mock.mockImplementation(() => 10_000);
  report(step(906, ""));
  // 5 steps in 10 s, 94 to go; were the 901 steps before counted, it would be a second.
  assert.match(text(), /training: 906\/1000 steps, 0\.500\/s, 3m08s left/);
});

test("on a terminal the bar's time left is that of the steps that are taken now, and warnings stay", () => {
  mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });
  try {
    const { stream, text } = fakeStream(true);
    const { report, end } = terminalProgress(stream);
    for (let i = 0; i <= 10; i++) {
      report(step(900 + i, "loss 2"));
      mock.timers.tick(2000);
    }
    report({ task: "training", done: 910, total: 1000, unit: "steps", warning: "a loss of 9" });
    report(step(911, "loss 2"));
    mock.timers.tick(2000);
    end();
    const shown = text();
    assert.match(shown, /lep: warning: a loss of 9\n/);
    // 89 steps of 2 s; were the 900 before counted, it would be nothing.
    assert.match(shown, /911\/1000 steps .* 2m58s left/);
    assert.match(shown, / \? left/);
    assert.doesNotMatch(shown, /INF|NULL|LL/);
  } finally {
    mock.timers.reset();
  }
});
