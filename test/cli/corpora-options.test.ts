import assert from "node:assert/strict";
import { test } from "node:test";
import { corporaFrom } from "../../src/cli/corpora-options.js";

const fails = (given: Parameters<typeof corporaFrom>[0], message: RegExp): void =>
  assert.throws(() => corporaFrom(given, "file"), { name: "RecipeError", message });

test("globs without names are one corpus", () => {
  const { corpora, sampling } = corporaFrom({ corpus: ["a/*.txt", "b/c=d.txt", "package.json"] }, "blank_lines");
  assert.deepEqual(corpora, [
    { name: "train", files: ["a/*.txt", "b/c=d.txt", "package.json"], documents: "blank_lines" },
  ]);
  assert.equal(sampling.method, "proportional");
});

test("names make several, each with all of its globs, and weights and settings find their places", () => {
  const { corpora, sampling } = corporaFrom(
    {
      corpus: ["ru=a/*.txt", "uk=b.txt", "ru=x=y.txt"],
      sampling: "weights",
      weight: ["uk=3", "ru=0.5"],
      "max-repeats": 2,
    },
    "file",
  );
  assert.deepEqual(corpora, [
    { name: "ru", files: ["a/*.txt", "x=y.txt"], documents: "file", weight: 0.5 },
    { name: "uk", files: ["b.txt"], documents: "file", weight: 3 },
  ]);
  assert.deepEqual([sampling.method, sampling.max_repeats], ["weights", 2]);
  assert.equal(
    corporaFrom({ corpus: ["a=b"], sampling: "temperature", temperature: 2 }, "file").sampling.temperature,
    2,
  );
});

test("what does not belong together is refused", () => {
  fails({ corpus: ["ru=a.txt", "b.txt"] }, /either all have a name or none/);
  fails({ corpus: ["replay=a.txt"] }, /the name replay is taken/);
  fails({ corpus: ["ru=a.txt"], weight: ["uk=1"], sampling: "weights" }, /--weight uk: there is no such corpus/);
  fails({ corpus: ["ru=a.txt"], weight: ["ru=1"] }, /--weight ru=NUMBER counts only with --sampling weights/);
  fails({ corpus: ["ru=a.txt"], sampling: "weights" }, /--weight ru=NUMBER is needed/);
  for (const weight of ["ru=0", "ru=x", "ru=-1"])
    fails({ corpus: ["ru=a"], weight: [weight] }, /not one number above 0/);
  fails({ corpus: ["ru=a"], weight: ["ru=1", "ru=2"] }, /not one number above 0/);
  fails({ corpus: ["ru=a"], weight: ["ru"] }, /expected NAME=VALUE/);
  fails({ corpus: ["a"], sampling: "temperature", temperature: 0 }, /temperature/);
});
