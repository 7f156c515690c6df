import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { filesOfInitializer, initializerSchema } from "../../../src/pretraining/initializers/options.js";
import { recipeFaults } from "../../../src/recipe-faults.js";

const schema = z.strictObject({ initializer: initializerSchema });

function faultsOf(initializer: unknown): string[] {
  const checked = schema.safeParse({ initializer }, { reportInput: true });
  return checked.success ? [] : recipeFaults(checked.error, schema);
}

test("a name or a map", () => {
  assert.deepEqual(faultsOf("focus"), []);
  assert.deepEqual(faultsOf({ method: "omp", sparsity: 4, vectors: { epochs: 1 } }), []);
});

test("faults name the place and what was perhaps meant", () => {
  assert.match(faultsOf("focsu")[0]!, /^initializer: must be one of mean, .*did you mean focus\?$/);
  assert.match(faultsOf({ method: "focsu" })[0]!, /^initializer\.method: must be one of .*did you mean focus\?$/);
  assert.deepEqual(faultsOf({ method: "omp", sparsitty: 4 }), [
    "initializer.sparsitty: unknown key; did you mean sparsity?",
  ]);
  assert.deepEqual(faultsOf({ method: "mean", sparsity: 4 }), ["initializer.sparsity: does not count with mean"]);
  assert.deepEqual(faultsOf({ method: "wechsel", source_vectors: "a.vec", target_vectors: "b.vec" }), [
    "initializer.dictionary: wechsel needs it",
  ]);
  assert.match(faultsOf("wechsel")[0]!, /^initializer: wechsel needs source_vectors, target_vectors, dictionary/);
  assert.deepEqual(faultsOf({ method: "focus", vectors: { ngram_min: 7 } }), [
    "initializer.vectors.ngram_min: is longer than ngram_max",
  ]);
  assert.deepEqual(faultsOf({ method: "focus", vectors: { file: "a.vec", epochs: 2 } }), [
    "initializer.vectors.epochs: does not count where vectors.file is given",
  ]);
  assert.equal(faultsOf(3).length, 1);
});

test("files are apart from the options, which do not depend on where they lie", () => {
  const { rest, files } = filesOfInitializer({ method: "focus", vectors: { file: "/a/b.vec" } });
  assert.deepEqual(rest, { method: "focus", vectors: { file: null } });
  assert.deepEqual(files, { "vectors.file": "/a/b.vec" });
});
