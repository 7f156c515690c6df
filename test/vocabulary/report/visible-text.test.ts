import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptOfText } from "../../../src/corpus/letter-script.js";
import { visibleText } from "../../../src/vocabulary/report/visible-text.js";

test("what cannot be seen has a sign or its number", () => {
  assert.equal(visibleText(" да\n\t\u00a0!"), "·да⏎⇥⍽!");
  assert.equal(visibleText("\u0000\u200d\ud800"), "‹0000›‹200D›‹D800›");
});

test("the script of a token is that of all its letters", () => {
  assert.equal(scriptOfText(" ёж!"), "Cyrillic");
  assert.equal(scriptOfText("Latin и"), null);
  assert.equal(scriptOfText("12."), null);
  assert.equal(scriptOfText("漢字"), "Han");
});
