import assert from "node:assert/strict";
import { test } from "node:test";
import yargs from "yargs";
import { z } from "zod";
import { calibrationSchema } from "../../src/calibration/options.js";
import { schemaOptions, sectionFrom } from "../../src/cli/schema-options.js";
import { pretrainingSchema } from "../../src/pretraining/options.js";

const given = (...flags: string[]): Record<string, unknown> =>
  yargs(flags)
    .parserConfiguration({ "camel-case-expansion": false })
    .strict()
    .exitProcess(false)
    .options(schemaOptions(pretrainingSchema))
    .parseSync();

test("a flag for every key that holds a value or a list of names, those of inner sections too", () => {
  const flags = Object.keys(schemaOptions(pretrainingSchema));
  for (const flag of [
    "schedule",
    "decay-share",
    "on-spike",
    "tables",
    "lora-rank",
    "lora-target-modules",
    "lora-adapter",
  ]) {
    assert.ok(flags.includes(flag), flag);
  }
  assert.ok(!flags.includes("replay") && !flags.includes("lora"));
  assert.ok(Object.keys(schemaOptions(calibrationSchema, ["filters"])).every((flag) => !flag.startsWith("filters")));
});

test("a key that takes one value or several is a flag, too", () => {
  assert.equal(schemaOptions(calibrationSchema)["filters-script-name"]?.array, true);
  const section = sectionFrom(calibrationSchema, {
    "filters-script-name": ["Han", "Hiragana"],
    "filters-script-min-share": 0.5,
  });
  assert.deepEqual(section.filters.script?.name, ["Han", "Hiragana"]);
});

/** Every place that a key's value can stand at, written as a flag. */
function flagsOf(schema: { properties?: Record<string, unknown> }, above = ""): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) => {
    const flag = `${above}${key.replaceAll("_", "-")}`;
    return [flag, ...flagsOf(below as { properties?: Record<string, unknown> }, `${flag}-`)];
  });
}

test("no two keys have one flag, nor one that the commands have", () => {
  const others = ["set", "model", "teacher", "out", "seed", "device", "threads", "corpus", "validation", "documents"];
  for (const schema of [pretrainingSchema, calibrationSchema]) {
    const flags = flagsOf(z.toJSONSchema(schema, { io: "input" }) as { properties: Record<string, unknown> });
    assert.ok(flags.length > 30);
    assert.equal(new Set([...flags, ...others]).size, flags.length + others.length);
  }
});

test("flags become the section: numbers, lists, inner keys beside their defaults", () => {
  const section = sectionFrom(
    pretrainingSchema,
    given(
      ...["--trainable", "lora", "--lora-rank", "8", "--lora-target-modules", "q_proj", "v_proj", "--lora-adapter"],
      ...["--tables", "head", "--schedule", "wsd", "--decay-share", "0.2", "--activation-checkpointing"],
      ...["--evaluate-every", "50", "--keep", "best", "--on-spike", "skip", "--set", "lora.alpha=16"],
    ),
  );
  assert.deepEqual(section.lora, {
    rank: 8,
    alpha: 16,
    dropout: 0.05,
    target_modules: ["q_proj", "v_proj"],
    adapter: true,
  });
  const { trainable, tables, schedule, decay_share, activation_checkpointing, evaluate_every, keep, on_spike } =
    section;
  assert.deepEqual([trainable, tables, schedule, decay_share], ["lora", ["head"], "wsd", 0.2]);
  assert.deepEqual([activation_checkpointing, evaluate_every, keep, on_spike], [true, 50, "best", "skip"]);
});

test("no tables: an empty flag, or an empty list", () => {
  for (const flags of [["--tables"], ["--set", "tables=[]"]]) {
    assert.deepEqual(sectionFrom(pretrainingSchema, given("--trainable", "lora", ...flags)).tables, []);
  }
});

test("a fault in an inner key has its path", () => {
  assert.throws(() => sectionFrom(pretrainingSchema, given("--lora-rank", "0")), {
    code: "command.options",
    message: /lora\.rank: /,
  });
});
