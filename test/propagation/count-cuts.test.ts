import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CorpusError } from "../../src/errors.js";
import { countCuts } from "../../src/propagation/count-cuts.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { temporaryFolder } from "../model/temporary-folder.js";
import { writeSmallTokenizer } from "./small-tokenizer.js";

const root = temporaryFolder();

async function tokenizersOf(original: string[], adapted: string[]) {
  writeSmallTokenizer(path.join(root, "original"), { words: original, added: ["<|end|>"] });
  writeSmallTokenizer(path.join(root, "adapted"), { words: adapted, added: ["<|end|>"] });
  return {
    original: await loadTokenizer(path.join(root, "original")),
    adapted: await loadTokenizer(path.join(root, "adapted")),
  };
}

function corpusOf(text: string) {
  const file = path.join(root, "text.txt");
  writeFileSync(file, text);
  return { files: [file], characters: 1e6 };
}

test("cuts are counted where both vocabularies end a token, each as often as the text has it", async () => {
  // The new vocabulary has "ab"; the old one cuts it as "a" + "b", but "abc" as "a" + "bc".
  const { original, adapted } = await tokenizersOf(["bc"], ["ab"]);
  const cuts = await countCuts(adapted, original, corpusOf("ab abc ab"));
  const [a, b, bc] = ["a", "b", "bc"].map((token) => original.idOf(token)!);
  const ofAb = cuts.get(adapted.idOf("ab")!)!;
  assert.deepEqual([...ofAb], [[`${a},${b}`, 2]]);
  // In "abc" no old token ends behind "ab", so nothing is said of "c" either.
  assert.equal(cuts.get(adapted.idOf("c")!), undefined);
  assert.ok(bc !== undefined);
});

test("a text that no piece of comes back is refused", async () => {
  const { original, adapted } = await tokenizersOf(["bc"], ["ab"]);
  await assert.rejects(countCuts(adapted, original, corpusOf("a<|end|>b")), (error: unknown) => {
    assert.ok(error instanceof CorpusError);
    assert.equal(error.code, "propagation.cuts_unknown");
    return true;
  });
});
