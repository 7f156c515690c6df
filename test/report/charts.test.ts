import assert from "node:assert/strict";
import { test } from "node:test";
import { fitText, textWidth } from "../../src/report/chart-text.js";
import { groupedBars } from "../../src/report/grouped-bars.js";
import { histogramRows } from "../../src/report/histogram-rows.js";

test("names are cut in the middle to their room", () => {
  assert.equal(fitText("short", 10), "short");
  assert.equal(fitText("darulm-32000-unigram", 11), "darul…igram");
  assert.equal(textWidth("漢字a"), 5);
});

test("bars: one scale for all groups, the best of each in full, values written out", () => {
  const chart = groupedBars(
    [
      {
        name: "ru",
        bars: [
          { name: "<a>", value: 2 },
          { name: "b", value: 1 },
        ],
      },
      { name: "en", bars: [{ name: "<a>", value: null }] },
    ],
    "Figures",
    { best: "lowest" },
  );
  const widths = [...chart.matchAll(/<rect [^>]*?width="([\d.]+)"/g)].map(([, width]) => Number(width));
  assert.ok(Math.abs(widths[0]! - 2 * widths[1]!) < 0.2);
  assert.equal(widths[2], 0);
  assert.match(chart, /role="img" aria-label="Figures"/);
  assert.match(chart, /<title>b, ru: 1\.00<\/title>.*font-weight="600"[^>]*>1\.00</);
  assert.doesNotMatch(chart, /<a>|NaN/);
  assert.equal(groupedBars([], "Figures"), "");
});

test("histograms: a share above the scale fills its row and is written out", () => {
  const chart = histogramRows(
    [
      { name: "bytes", note: "", shares: [1, 0] },
      { name: "words", note: "", shares: [0, 0.2] },
    ],
    "Lengths",
    { columns: ["1", "2"], axis: "characters" },
  );
  const heights = [...chart.matchAll(/<rect [^>]*?height="([\d.]+)"/g)].map(([, height]) => Number(height));
  assert.deepEqual(heights, [40, 0, 0, 20]);
  assert.match(chart, />100 %</);
});
