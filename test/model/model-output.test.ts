import assert from "node:assert/strict";
import { test } from "node:test";
import { modelOutputSchema, shardBytes } from "../../src/model/model-output.js";

test("sizes of shards as Hugging Face counts them", () => {
  const sizes: [string, number][] = [
    ["5GB", 5e9],
    ["1.5 GB", 1.5e9],
    ["500MB", 5e8],
    ["2MiB", 2097152],
    ["20KB", 20000],
    ["1GiB", 1073741824],
  ];
  for (const [shard_size, bytes] of sizes) assert.equal(shardBytes(modelOutputSchema.parse({ shard_size })), bytes);
  assert.equal(shardBytes({}), undefined);
  assert.equal(shardBytes(undefined), undefined);
});

test("other sizes and languages are refused", () => {
  for (const shard_size of ["5", "5TB", "-1GB", "GB", "5gb", ""]) {
    assert.equal(modelOutputSchema.safeParse({ shard_size }).success, false, shard_size);
  }
  assert.equal(modelOutputSchema.safeParse({ languages: ["Russian"] }).success, false);
  assert.equal(modelOutputSchema.safeParse({ languages: ["ru", "udm"] }).success, true);
});
