import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../src/package-root.js";
import { tinyConfig } from "../model/tiny-config.js";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "lep-train-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const tiny = path.join(packageRoot(), "data", "tiny-base");
const read = (...names: string[]) => JSON.parse(readFileSync(path.join(...names), "utf8"));

function fromScratch(config: object): { code: number | null; error: string; out: string } {
  const [file, out] = [path.join(folder, "small.json"), path.join(folder, "out")];
  writeFileSync(file, JSON.stringify(config));
  const text = path.join(packageRoot(), "data", "tiny", "corpus", "validation.txt");
  const short = ["--steps", "1", "--block-size", "32", "--blocks-per-step", "1", "--trainable", "embeddings"];
  const given = ["--config", file, "--tokenizer", tiny, "--corpus", text, "--out", out, "--device", "cpu", ...short];
  const { status, stderr } = spawnSync(process.execPath, [main, "train", ...given], { cwd: folder, encoding: "utf8" });
  return { code: status, error: stderr, out };
}

test("a model from scratch begins and ends texts as its tokenizer does, whatever its configuration said", () => {
  const { code, error, out } = fromScratch(tinyConfig({ vocab_size: 1500, bos_token_id: 7, eos_token_id: 8 }));
  assert.equal(code, 0, error);
  const { bos_token_id, eos_token_id } = read(tiny, "generation_config.json");
  for (const file of ["config.json", "generation_config.json"]) {
    const written = read(out, file);
    // Of the training, and of nothing that it did not do.
    const card = readFileSync(path.join(out, "README.md"), "utf8");
    assert.match(card, /\| trainable \| embeddings \|/);
    assert.doesNotMatch(card, /\| (initializer|lora\.|pad_to)/);
    assert.deepEqual([written.bos_token_id, written.eos_token_id.sort()], [bos_token_id, eos_token_id], file);
  }
});

test("a configuration that cannot be is named by its own file, before anything is written", () => {
  const cases: [object, RegExp][] = [
    [tinyConfig({ vocab_size: 100 }), /small\.json: vocab_size is 100, but .*tiny-base.* has 1476 ids/],
    [tinyConfig({ vocab_size: 1500, num_attention_heads: 3 }), /small\.json: .*num_attention_heads/],
    [[], /small\.json: expected a JSON object/],
  ];
  rmSync(path.join(folder, "out"), { recursive: true, force: true });
  for (const [config, message] of cases) {
    const { code, error, out } = fromScratch(config);
    assert.equal(code, 2, error);
    assert.match(error, message);
    assert.equal(existsSync(out), false);
  }
});
