import assert from "node:assert/strict";
import { LepError } from "../../src/errors.js";

/** `work` fails with a `LepError` of `code` that says `name`. Gives it back. */
export async function refuses(work: () => unknown, code: string, name: string | RegExp): Promise<LepError> {
  let thrown: unknown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown !== undefined, "nothing was thrown");
  assert.ok(thrown instanceof LepError, thrown instanceof Error ? thrown.stack : String(thrown));
  assert.equal(thrown.code, code, thrown.message);
  if (typeof name === "string") assert.ok(thrown.message.includes(name), thrown.message);
  else assert.match(thrown.message, name);
  return thrown;
}
