import assert from "node:assert/strict";
import { test } from "node:test";
import { commonLength, ownIds, planUnits, separateUnits } from "../../src/inference/shared-prefixes.js";
import { createRandom } from "../../src/random.js";

const random = createRandom(9);
const ids = (count: number): number[] => Array.from({ length: count }, () => random.below(50));

/** Ids that one processor decodes when it walks through the units and keeps the last prefix. */
function decoded(prompts: readonly number[][], units: ReturnType<typeof planUnits>): number {
  let path: number[] = [];
  let total = 0;
  for (const { depth, members } of units) {
    const prefix = prompts[members[0]!]!.slice(0, depth);
    total += depth - commonLength(path, prefix);
    path = prefix;
    for (const member of members) total += prompts[member]!.length - depth;
  }
  return total;
}

test("every prompt is a member of one unit, and begins with the unit's prefix", () => {
  for (const step of [1, 16]) {
    const heads = [ids(40), ids(90)];
    const prompts = Array.from({ length: 150 }, (_, i) => [...(heads[i % 3] ?? []), ...ids(1 + random.below(30))]);
    prompts.push([...prompts[0]!], heads[0]!, [1], [1, 2]);
    const units = planUnits(prompts, step);
    assert.deepEqual(
      units.flatMap(({ members }) => members).sort((a, b) => a - b),
      prompts.map((_, i) => i),
    );
    for (const { depth, members } of units) {
      assert.equal(depth % step, 0);
      const prefix = prompts[members[0]!]!.slice(0, depth);
      for (const member of members) {
        assert.deepEqual(prompts[member]!.slice(0, depth), prefix);
        if (depth > 0) assert.ok(prompts[member]!.length - depth >= ownIds);
      }
    }
  }
});

test("five-shot prompts cost their examples once a subject and what all begin with once", () => {
  const system = ids(50);
  const prompts: number[][] = [];
  const questions: number[] = [];
  for (let subject = 0; subject < 4; subject++) {
    const examples = ids(300);
    for (let item = 0; item < 10; item++) {
      const question = [100 + item, ...ids(40)];
      questions.push(question.length);
      prompts.push([...system, subject + 200, ...examples, ...question]);
    }
  }
  const least = 50 + 4 * 301 + questions.reduce((sum, length) => sum + length, 0);
  assert.equal(decoded(prompts, planUnits(prompts, 1)), least);
  // Prefixes that end at a multiple of 16 leave at most 15 ids to each question, and to each subject.
  assert.ok(decoded(prompts, planUnits(prompts, 16)) <= least + 44 * 15);
  const alone = prompts.reduce((sum, { length }) => sum + length, 0);
  assert.equal(decoded(prompts, separateUnits(prompts)), alone);
});
