import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { CheckpointError } from "../../src/errors.js";
import { checkTokenizerFits } from "../../src/model/check-tokenizer-fits.js";
import { parseModelConfig } from "../../src/model/config.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyConfig } from "./tiny-config.js";
import { writeTinyTokenizer } from "./tiny-tokenizer.js";

test("a tokenizer may have fewer ids than the model has rows, but not more", async () => {
  const folder = temporaryFolder();
  const size = writeTinyTokenizer(folder);
  const tokenizer = await loadTokenizer(folder);
  const check = (rows: number): void =>
    checkTokenizerFits(parseModelConfig(tinyConfig({ vocab_size: rows }), "config.json"), tokenizer, "some/model");
  check(size);
  check(size + 100);
  assert.throws(
    () => check(size - 1),
    (error: unknown) => {
      assert.ok(error instanceof CheckpointError);
      for (const part of [folder, path.join("some/model", "config.json"), String(size), String(size - 1)]) {
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      }
      return true;
    },
  );
});
