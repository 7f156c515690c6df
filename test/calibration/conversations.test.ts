import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { conversationSequence, packSequences } from "../../src/calibration/conversations.js";
import { openTrainingSet } from "../../src/engine/training-set.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import type { ChatMessage, Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { writeTinyTokenizer } from "../pretraining/tiny-model.js";

let folder: string;
let tokenizer: Tokenizer;
before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "lep-conversations-"));
  writeTinyTokenizer(folder, [" кот"]);
  tokenizer = await loadTokenizer(folder);
});
after(() => rmSync(folder, { recursive: true }));

const turns: ChatMessage[] = [
  { role: "user", content: "Кто?" },
  { role: "assistant", content: "Рыжий кот" },
  { role: "user", content: "Ещё?" },
  { role: "assistant", content: "Нет" },
];

test("only what the assistant says is learned, the end of its turns included", async () => {
  const { ids, weights } = await conversationSequence(tokenizer, turns);
  assert.equal(weights.length, ids.length - 1);
  assert.equal(ids[0], tokenizer.bosId);
  const learned: number[] = [];
  for (const [i, weight] of weights.entries()) if (weight === 1) learned.push(ids[i + 1]!);
  assert.equal(await tokenizer.decode(learned), "Рыжий кот<|eot_id|>Нет<|eot_id|>");
});

test("conversations share blocks; one that is too long is counted", async () => {
  const file = path.join(folder, "a.blocks");
  const short = await conversationSequence(tokenizer, turns.slice(0, 2));
  const long = await conversationSequence(tokenizer, [turns[0]!, { role: "assistant", content: "да ".repeat(200) }]);
  const packed = await packSequences([short, long, short, short], 2 * (short.ids.length - 1), file);
  assert.deepEqual(packed, {
    blocks: 2,
    sequences: 3,
    too_long: 1,
    tokens: 3 * short.weights.reduce((sum, weight) => sum + weight, 0),
  });
  const set = openTrainingSet(file);
  const block = set.read(0);
  set.close();
  assert.deepEqual([...block.segments], [...short.weights.map(() => 0), ...short.weights.map(() => 1)]);
  assert.deepEqual([...block.weights], [...short.weights, ...short.weights]);
});

test("nothing to learn is an error that says why", async () => {
  const long = await conversationSequence(tokenizer, turns);
  await assert.rejects(packSequences([long], 8, path.join(folder, "b.blocks")), {
    code: "conversations.empty",
    hint: /1 are longer/,
  });
});
