import assert from "node:assert/strict";
import { test } from "node:test";
import { averages, groupDatasets } from "../../src/benchmark/groups.js";

test("17 datasets; the micro average weighs group means 3 : 8 : 2 : 2 : 2", () => {
  const byGroup = { DaruMMLU: 0.5, DaruMERA: 0.4, DaruSum: 0.2, DaruCopy_EN: 1, DaruCopy_RU: 0.9 };
  const scores: Record<string, number> = {};
  for (const [group, datasets] of Object.entries(groupDatasets)) {
    for (const dataset of datasets) scores[dataset] = byGroup[group as keyof typeof byGroup];
  }
  assert.equal(Object.keys(scores).length, 17);
  const { micro, micro_partial, datasets, groups } = averages(scores);
  const expected = (3 * 0.5 + 8 * 0.4 + 2 * 0.2 + 2 * 1 + 2 * 0.9) / 17;
  assert.ok(Math.abs(micro! - expected) < 1e-12);
  assert.equal(micro_partial, micro);
  assert.equal(datasets, 17);
  for (const [group, value] of Object.entries(groups)) {
    assert.ok(Math.abs(value! - byGroup[group as keyof typeof byGroup]) < 1e-12);
  }
});

test("what is not there is null, never zero", () => {
  assert.deepEqual(averages({ cp_sent_ru: 0.5, cp_para_ru: 1, rummlu: 0.3, world_ru: 1 }), {
    micro: null,
    micro_partial: (0.5 + 1 + 0.3) / 3,
    datasets: 3,
    groups: { DaruMMLU: null, DaruMERA: null, DaruSum: null, DaruCopy_EN: null, DaruCopy_RU: 0.75 },
  });
  assert.equal(averages({ world_ru: 1 }).micro_partial, null);
});
