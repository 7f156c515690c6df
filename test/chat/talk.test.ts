import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { startTalk, type Talker } from "../../src/chat/talk.js";
import { LepError } from "../../src/errors.js";
import type { LanguageModel } from "../../src/inference/language-model.js";
import { openLanguageModel } from "../../src/inference/open-language-model.js";
import { exportGguf } from "../../src/model/gguf/export-gguf.js";
import { packageRoot } from "../../src/package-root.js";
import { encodeChat } from "../../src/tokenizer/chat-template.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-chat-"));
const instruct = path.join(packageRoot(), "data", "tiny-instruct");
let talker: Talker;
before(async () => {
  const file = path.join(folder, "model.gguf");
  await exportGguf({ model: instruct, out: file, type: "f32" });
  const tokenizer = await loadTokenizer(instruct);
  const model = await openLanguageModel(file, { device: "cpu", threads: 1, parallel: 1, contextLength: 128 });
  talker = { name: "tiny", model, tokenizer, stopIds: tokenizer.eosIds };
});
after(async () => {
  await talker.model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const question = "Who drew the violin?";

test("an answer is said piece by piece, is the model's own, and belongs to the conversation", async () => {
  const talk = startTalk(talker, { maxTokens: 24 });
  const said: string[] = [];
  const reply = await talk.say(question, (text) => said.push(text));
  assert.equal(said.join(""), reply.text);
  assert.ok(reply.tokens > 0 && reply.characters === [...reply.text].length && reply.seconds > 0);
  const { tokenizer, model, stopIds } = talker;
  const messages = [{ role: "user" as const, content: question }];
  const { ids } = await encodeChat(tokenizer, messages, { addGenerationPrompt: true });
  const [alone] = await model.generate([{ prompt: ids, maxTokens: 24, stopIds }]);
  assert.equal(reply.text, await tokenizer.decode(alone!.tokens, true));

  const seen: number[] = [];
  const watched: LanguageModel = {
    ...model,
    generate: (requests, ...rest) => {
      seen.push(requests[0]!.prompt.length);
      return model.generate(requests, ...rest);
    },
  };
  const second = startTalk({ ...talker, model: watched }, { maxTokens: 8 });
  await second.say(question);
  await second.say(question);
  second.forget();
  await second.say(question);
  assert.ok(seen[1]! > seen[0]!, "the second question stands behind the first");
  assert.equal(seen[2], seen[0]);
});

test("what does not fit any more is forgotten; a question that never fits is refused, and the talk goes on", async () => {
  const talk = startTalk(talker, { maxTokens: 24 });
  const replies = [];
  for (let i = 0; i < 8; i++) replies.push(await talk.say(`${question} Say it ${i} times.`));
  assert.ok(replies.some(({ forgotten }) => forgotten >= 2));
  await assert.rejects(talk.say("word ".repeat(200)), (error) => {
    assert.ok(error instanceof LepError);
    assert.deepEqual([error.code, error.exitCode], ["chat.too_long", 2]);
    return true;
  });
  assert.ok((await talk.say(question)).tokens > 0);
});
