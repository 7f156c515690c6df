import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { drawsOf, openBlocks, openTrainingData } from "../../src/engine/training-data.js";
import { createTrainingSet } from "../../src/engine/training-set.js";
import { randomBlocks, temporaryFolder, writeBlocks } from "./minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);
const at = (name: string): string => path.join(temporary.folder, name);

const vocabulary = 50;
const sets = [
  { file: writeBlocks(at("a.blocks"), randomBlocks(20, 8, vocabulary, 1)), weight: 5 },
  { file: writeBlocks(at("b.blocks"), randomBlocks(3, 8, vocabulary, 2)), weight: 3 },
  { file: writeBlocks(at("c.blocks"), randomBlocks(20, 8, vocabulary, 3)), weight: 0 },
];
const options = { steps: 20, blocks_per_step: 4, seed: 7 };

function drawn(from = 1): string[] {
  const data = openTrainingData({ sets }, vocabulary, options);
  const places: string[] = [];
  for (let step = from; step <= options.steps; step++) for (const { place } of data.blocksOf(step)) places.push(place);
  data.close();
  return places;
}

test("each set gives its part of all blocks by weight; a small one comes again only after all of it", () => {
  const places = drawn();
  assert.deepEqual(
    sets.map(({ file }) => places.filter((place) => place.startsWith(file)).length),
    [50, 30, 0],
  );
  assert.deepEqual(drawsOf([5, 3, 0], options), [50, 30, 0]);
  const ofSecond = places.filter((place) => place.startsWith(at("b.blocks")));
  for (let epoch = 0; epoch < 10; epoch++) assert.equal(new Set(ofSecond.slice(3 * epoch, 3 * epoch + 3)).size, 3);
  const ofFirst = places.filter((place) => place.startsWith(at("a.blocks")));
  assert.equal(new Set(ofFirst.slice(0, 20)).size, 20);
  assert.equal(new Set(ofFirst.slice(20, 40)).size, 20);
});

test("a training that continues at any step draws the same blocks", () => {
  const places = drawn();
  for (const step of [2, 9, 20]) assert.deepEqual(drawn(step), places.slice(4 * (step - 1)));
});

test("what is drawn is what the place says", () => {
  const data = openTrainingData({ sets }, vocabulary, options);
  assert.equal(data.blockLength, 8);
  for (const { place, read } of data.blocksOf(3)) {
    const [, file, number] = /^(.*), block (\d+)$/.exec(place)!;
    const set = openBlocks(file!, vocabulary);
    assert.deepEqual(read(), set.read(Number(number)));
    set.close();
  }
  data.close();
});

test("sets of one length do not come in one order", () => {
  const equal = [sets[0]!, { ...sets[2]!, weight: 5 }];
  const data = openTrainingData({ sets: equal }, vocabulary, { steps: 10, blocks_per_step: 4, seed: 1 });
  const places = Array.from({ length: 10 }, (_, i) => data.blocksOf(i + 1).map(({ place }) => place)).flat();
  data.close();
  const [a, c] = ["a.blocks", "c.blocks"].map((name) =>
    places.filter((place) => place.startsWith(at(name))).map((place) => place.slice(at(name).length)),
  );
  assert.equal(a!.length, 20);
  assert.notDeepEqual(a, c);
});

test("an empty set, one of another length, and a block with a wrong id or weight are named", () => {
  const empty = createTrainingSet(at("empty.blocks"), 8);
  empty.finish();
  const open = (file: string) => openTrainingData({ sets: [sets[0]!, { file, weight: 1 }] }, vocabulary, options);
  assert.throws(() => open(at("empty.blocks")), { code: "training_set.empty", message: /empty\.blocks/ });
  writeBlocks(at("long.blocks"), randomBlocks(2, 9, vocabulary));
  assert.throws(() => open(at("long.blocks")), {
    code: "training_set.length",
    message: /long\.blocks: blocks of 9 positions, but .*a\.blocks has 8/,
  });
  const [block] = randomBlocks(1, 8, vocabulary);
  const wrong = { ...block!, targets: block!.targets.with(5, vocabulary) };
  const bad = openBlocks(writeBlocks(at("bad.blocks"), [wrong]), vocabulary);
  assert.throws(() => bad.read(0), {
    code: "training_set.id",
    message: /bad\.blocks, block 0, position 5: token id 50/,
  });
  bad.close();
});
