import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createDigestSet } from "../../src/corpus/digest-set.js";

test("a digest set agrees with a Set over growth, zeros included", () => {
  const digests = createDigestSet();
  const reference = new Set<string>();
  for (let i = 0; i < 20_000; i++) {
    // 12,000 different ones, so that many come twice.
    const digest = createHash("sha256")
      .update(String((i * 7919) % 12_000))
      .digest();
    const key = digest.subarray(0, 8).toString("hex");
    assert.equal(digests.add(digest), !reference.has(key));
    reference.add(key);
  }
  assert.equal(digests.size, reference.size);
  const zeros = new Uint8Array(8);
  assert.equal(digests.add(zeros), true);
  assert.equal(digests.add(zeros), false);
});
