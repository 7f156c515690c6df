import assert from "node:assert/strict";
import { test } from "node:test";
import { mmluSubjects } from "../../src/benchmark/tasks/mmlu-subjects.js";

test("57 subjects in four categories, each with a Russian name of its own", () => {
  // Counted in table 7 of Hendrycks et al. 2021 with the authors' categories.
  const expected = { STEM: 18, humanities: 13, "social sciences": 12, other: 14 };
  const counts: Record<string, number> = {};
  for (const { category } of mmluSubjects.values()) counts[category] = (counts[category] ?? 0) + 1;
  assert.deepEqual(counts, expected);
  assert.equal(mmluSubjects.size, 57);
  assert.equal(new Set([...mmluSubjects.values()].map(({ russian }) => russian)).size, 57);
  for (const name of mmluSubjects.keys()) assert.match(name, /^[a-z_]+$/);
});
