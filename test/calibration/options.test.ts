import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { namedSources } from "../../src/calibration/named-sources.js";
import { calibrationSchema } from "../../src/calibration/options.js";
import { trainingOptions } from "../../src/engine/training-schema.js";

const faults = (section: object): string[] =>
  calibrationSchema.safeParse(section).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test("left to itself: the instruct model answers the prompts that ship, and LoRA and head are trained as in the paper", () => {
  const section = calibrationSchema.parse({});
  const [source, ...others] = namedSources(section);
  assert.deepEqual(others, []);
  assert.equal(source?.name, "self");
  assert.equal(source?.files.length, 1);
  assert.ok(existsSync(source!.files[0]!));
  const { trainable, tables, lora } = trainingOptions(section, 10, 0);
  assert.equal(trainable, "lora");
  assert.deepEqual(tables, ["head"]);
  assert.deepEqual([lora.rank, lora.alpha, lora.dropout], [32, 32, 0.05]);
  assert.equal(lora.target_modules.length, 7);
});

test("one source, or several by name in their order", () => {
  const [only] = namedSources(calibrationSchema.parse({ source: "instructions", instructions: ["a.jsonl"] }));
  assert.deepEqual([only?.name, only?.files, only?.weight], ["instructions", ["a.jsonl"], undefined]);
  const several = namedSources(
    calibrationSchema.parse({
      sources: {
        own: { source: "self", weight: 2 },
        chats: { source: "instructions", instructions: ["a.jsonl", "b.parquet"], weight: 1 },
      },
    }),
  );
  assert.deepEqual(
    several.map(({ name, source, weight }) => [name, source, weight]),
    [
      ["own", "self", 2],
      ["chats", "instructions", 1],
    ],
  );
});

test("files that a source does not read, or does not have, and half-given weights are faults", () => {
  assert.deepEqual(faults({ source: "instructions" }), ["instructions: source instructions needs it"]);
  assert.deepEqual(faults({ instructions: ["a.jsonl"] }), ["instructions: source self does not read it"]);
  assert.deepEqual(
    faults({
      source: "self",
      sources: {
        a: { source: "self", weight: 1 },
        b: { source: "instructions", prompts: ["p.jsonl"] },
      },
    }),
    [
      "source: belongs below a name in sources, where there are several",
      "sources.b.prompts: source instructions does not read it",
      "sources.b.instructions: source instructions needs it",
      "sources.b.weight: all sources have a weight, or none",
    ],
  );
  assert.deepEqual(faults({ sources: {} }), ["sources: name at least one source"]);
  assert.ok(faults({ sources: { "../out": { source: "self" } } })[0]?.startsWith("sources"));
});
