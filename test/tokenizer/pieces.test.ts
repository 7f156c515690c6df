import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { tokenOfBytes, tokenOfText } from "../../src/tokenizer/byte-level.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { piecesOf } from "../../src/tokenizer/pieces.js";
import { sharedTokens } from "../../src/tokenizer/shared-tokens.js";
import { writeSmallTokenizer } from "../propagation/small-tokenizer.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-pieces-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const originalFolder = path.join(folder, "original");
const newFolder = path.join(folder, "new");
writeSmallTokenizer(originalFolder, {
  words: ["кот", " the", " он"],
  added: ["<|start|>", "<|end|>"],
  ignoreMerges: false,
});
writeSmallTokenizer(newFolder, {
  words: [" коты", "котлета", " the end", "<|end|>", " он"],
  added: ["<|end|>x", "<|start|>"],
});
const original = await loadTokenizer(originalFolder);
const adapted = await loadTokenizer(newFolder);
const pieces = await piecesOf(adapted, original);

const piecesOfToken = (token: string): string[] =>
  [...pieces[adapted.idOf(token)!]!].map((id) => original.tokenOf(id)!);
const spelled = (...texts: string[]): string[] => texts.map(tokenOfText);

test("a token's text is cut as the original cuts it, with no space added in front", () => {
  assert.deepEqual(piecesOfToken(tokenOfText("котле")), spelled("кот").concat(bytesOf("ле")));
  assert.deepEqual(piecesOfToken(tokenOfText(" the")), spelled(" the"));
  // The original has "кот" and no " кот", so the space stays a piece of its own.
  assert.deepEqual(piecesOfToken(tokenOfText(" кот")), ["Ġ", ...spelled("кот")]);
});

const bytesOf = (text: string): string[] => Array.from(Buffer.from(text), (byte) => tokenOfBytes(Uint8Array.of(byte)));

test("tokens that are not valid UTF-8 are cut by their bytes with the original's merges", () => {
  // " ко" and the first byte of "т": the original's merges make "к" + first byte, and so on from the left.
  const [lead] = Buffer.from("т");
  const token = tokenOfText(" ко") + tokenOfBytes(Uint8Array.of(lead!));
  assert.deepEqual(piecesOfToken(token), ["Ġ", tokenOfText("ко") + tokenOfBytes(Uint8Array.of(lead!))]);
  assert.deepEqual(piecesOfToken(tokenOfBytes(Uint8Array.of(0xff))), [tokenOfBytes(Uint8Array.of(0xff))]);
});

test("added tokens have no pieces, and no piece is an added token", () => {
  assert.equal(pieces.length, adapted.size);
  assert.deepEqual([...pieces[adapted.idOf("<|start|>")!]!], []);
  // An ordinary token whose text spells a special token of the original.
  assert.deepEqual(piecesOfToken("<|end|>"), bytesOf("<|end|>"));
  for (const ids of pieces) for (const id of ids) assert.ok(!original.addedIds.has(id));
});

test("the pieces of every ordinary token are its bytes", () => {
  for (let id = 0; id < adapted.size; id++) {
    const bytes = adapted.bytesOf(id);
    if (bytes === undefined) continue;
    const joined = Buffer.concat([...pieces[id]!].map((piece) => original.bytesOf(piece)!));
    assert.deepEqual(joined, Buffer.from(bytes));
  }
});

test("shared tokens have the same bytes; added tokens are not among them", () => {
  const shared = sharedTokens(adapted, original);
  const newTokens = shared.map(({ newId }) => adapted.tokenOf(newId)!);
  assert.ok(shared.every(({ newId, originalId }) => adapted.tokenOf(newId) === original.tokenOf(originalId)));
  const wanted = Array.from({ length: adapted.size }, (_, id) => adapted.tokenOf(id)!).filter((token) => {
    const id = original.idOf(token);
    return id !== undefined && !original.addedIds.has(id) && !adapted.addedIds.has(adapted.idOf(token)!);
  });
  assert.deepEqual(newTokens, wanted);
  assert.ok(newTokens.includes(tokenOfText(" он")) && newTokens.length > 256);
});
