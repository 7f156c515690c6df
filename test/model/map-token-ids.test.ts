import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenizerError } from "../../src/errors.js";
import { mapTokenIds } from "../../src/model/map-token-ids.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

function vocabulary(...tokens: string[]): Tokenizer {
  const lookUp = { tokenOf: (id: number) => tokens[id], idOf: (token: string) => Math.max(tokens.indexOf(token), -1) };
  const idOf = (token: string): number | undefined => (lookUp.idOf(token) < 0 ? undefined : lookUp.idOf(token));
  return { source: "new", tokenOf: lookUp.tokenOf, idOf } as unknown as Tokenizer;
}

const from = vocabulary("a", "<s>", "</s>", "<eot>", "gone");
const to = vocabulary("x", "y", "a", "<eot>", "<s>", "</s>");

test("ids become the ids of the same tokens; lists, nulls and other keys keep their form", () => {
  const config = {
    bos_token_id: 1,
    eos_token_id: [2, 3],
    pad_token_id: null,
    forced_bos_token_id: -1,
    suppress_tokens: [0],
    bad_words_ids: [[0, 1], [3]],
    vocab_size: 5,
    temperature: 0.6,
    max_new_tokens: 3,
  };
  assert.deepEqual(mapTokenIds(config, { from, to, source: "config.json" }), {
    bos_token_id: 4,
    eos_token_id: [5, 3],
    pad_token_id: null,
    forced_bos_token_id: -1,
    suppress_tokens: [2],
    bad_words_ids: [[2, 4], [3]],
    vocab_size: 5,
    temperature: 0.6,
    max_new_tokens: 3,
  });
});

test("a token that is gone is named with the file and the key", () => {
  for (const id of [4, 99]) {
    assert.throws(
      () => mapTokenIds({ eos_token_id: [2, id] }, { from, to, source: "m/generation_config.json" }),
      (error: unknown) =>
        error instanceof TokenizerError && /m\/generation_config\.json: eos_token_id/.test(error.message),
    );
  }
});

test("what the new tokenizer lacks is left out where that is asked for", () => {
  const config = {
    bos_token_id: 1,
    decoder_start_token_id: 4,
    eos_token_id: [2, 4],
    suppress_tokens: [4],
    begin_suppress_tokens: [],
    bad_words_ids: [[0, 4], [3]],
    vocab_size: 5,
  };
  assert.deepEqual(mapTokenIds(config, { from, to, source: "config.json", lost: "left_out" }), {
    bos_token_id: 4,
    eos_token_id: [5],
    begin_suppress_tokens: [],
    bad_words_ids: [[3]],
    vocab_size: 5,
  });
});
