import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { type FamilyVariant, window, writeFamilyModel } from "./family-configs.js";
import { readWeights, referenceLogits } from "./reference-forward.js";
import { temporaryFolder } from "./temporary-folder.js";

const root = temporaryFolder();
let folders = 0;

function open(variant: FamilyVariant, changes: Record<string, unknown> = {}) {
  const checkpoint = openCheckpoint(writeFamilyModel(path.join(root, String(folders++)), variant, changes));
  const { config } = checkpoint;
  const weights = readWeights(checkpoint);
  checkpoint.close();
  return (tokens: number[], segments?: number[]) => referenceLogits(config, weights, tokens, segments);
}

const tokens = [90, 3, 260, 17, 44, 255, 9, 120, 91, 91, 200, 31, 8, 64, 150, 2];
const segments = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1];

/**
 * First three logits at the last position of `tokens`, and at position 13 within `segments`, which the window cuts too; from
 * PyTorch 1.13 in float64, with masks, rotation and norms put together as in transformers' modelling files.
 */
const expected: Partial<Record<FamilyVariant, { last: number[]; within: number[] }>> = {
  "mistral, tied, sliding": { last: [0.575499, -1.088158, -4.209336], within: [-0.102753, 0.802332, 1.273653] },
  "qwen2, later layer sliding": { last: [-2.063506, 2.052724, 1.402615], within: [-1.455082, 0.108704, -0.994655] },
  "qwen3, first layer sliding": { last: [-2.159107, 0.309753, 1.171808], within: [-3.990377, 1.471163, -1.023959] },
};

for (const [variant, { last, within }] of Object.entries(expected)) {
  test(`${variant}: logits are PyTorch's, with segments and without`, () => {
    const logits = open(variant as FamilyVariant);
    const close = (found: number[], numbers: number[]): void => {
      for (const [i, number] of numbers.entries())
        assert.ok(Math.abs(found[i]! - number) < 2e-6, `${found[i]}, ${number}`);
    };
    close(logits(tokens).at(-1)!, last);
    close(logits(tokens, segments)[13]!, within);
  });
}

const difference = (a: number[], b: number[]): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

test("in a single layer the window is all that the last position sees, itself and window − 1 before it", () => {
  const logits = open("mistral, tied, sliding", { num_hidden_layers: 1 });
  const last = logits(tokens).at(-1)!;
  assert.ok(difference(last, logits(tokens.slice(-window)).at(-1)!) < 1e-9);
  assert.ok(difference(last, logits(tokens.slice(1 - window)).at(-1)!) > 0.01);
  assert.ok(
    difference(
      last,
      open("mistral", { num_hidden_layers: 1, tie_word_embeddings: true, head_dim: 8 })(tokens).at(-1)!,
    ) > 0.01,
  );
});

test("a segment is answered as if it stood alone", () => {
  const logits = open("qwen3, biases");
  const packed = logits(tokens, segments);
  const alone = logits(tokens.slice(4, 14));
  for (const [i, row] of alone.entries()) assert.ok(difference(packed[4 + i]!, row) < 1e-9, String(i));
});
