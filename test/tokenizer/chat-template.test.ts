import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeChat, renderChat } from "../../src/tokenizer/chat-template.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import type { ChatMessage, Tokenizer } from "../../src/tokenizer/tokenizer.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { addedToken, byteLevelFolder, sampleJson } from "./sample-tokenizers.js";

const conversation: ChatMessage[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Hi" },
  { role: "assistant", content: "\nHello" },
  { role: "user", content: "Bye" },
  { role: "assistant", content: "See you" },
];

const answers = async (tokenizer: Tokenizer, ids: number[], assistant: boolean[]): Promise<string> =>
  tokenizer.decode(ids.filter((_, i) => assistant[i]));

/** As many models write it: a line feed behind the end of a turn. */
const lineTemplate =
  "{% for m in messages %}{{ '<s>' + m.role + '\n' + m.content + '<e>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<s>assistant\n' }}{% endif %}";

const withTemplate = (chatTemplate: string | undefined): Tokenizer => {
  const json = parseTokenizerJson(
    sampleJson({ tokens: ["ĊĊ"], merges: ["Ċ Ċ"], added: [addedToken(257, "<s>"), addedToken(258, "<e>")] }),
    "sample",
  );
  return createTokenizer(json, { bosId: 257, eosIds: [258], chatTemplate });
};

test("LLaMa-3's format, and the assistant's tokens with the end of turn", async () => {
  const tokenizer = await loadTokenizer(byteLevelFolder);
  const { text, ids, assistant } = await encodeChat(tokenizer, conversation);
  assert.equal(
    text,
    "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>" +
      "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>" +
      "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nSee you<|eot_id|>",
  );
  assert.equal(await tokenizer.decode(ids), text);
  assert.equal(await answers(tokenizer, ids, assistant), "Hello<|eot_id|>See you<|eot_id|>");
});

test("the ids in front of an answer are those of the prompt, even where text would merge across", async () => {
  const tokenizer = withTemplate(lineTemplate);
  const training = await encodeChat(tokenizer, conversation);
  for (const [turn, at] of [2, 4].entries()) {
    const prompt = await encodeChat(tokenizer, conversation.slice(0, at), { addGenerationPrompt: true });
    assert.deepEqual(training.ids.slice(0, prompt.ids.length), prompt.ids);
    assert.equal(training.assistant[prompt.ids.length], true, `turn ${turn}`);
    assert.equal(training.assistant[prompt.ids.length - 1], false);
  }
  // The line feed behind the mark is the template's, not the assistant's.
  assert.equal(await answers(tokenizer, training.ids, training.assistant), "\nHello<e>See you<e>");
});

test("a final message is left open", async () => {
  for (const tokenizer of [withTemplate(lineTemplate), await loadTokenizer(byteLevelFolder)]) {
    const { text, ids } = await encodeChat(tokenizer, conversation, { continueFinalMessage: true });
    assert.match(text, /See you$/);
    const whole = await encodeChat(tokenizer, conversation);
    assert.deepEqual(whole.ids.slice(0, ids.length), ids);
  }
  const open = conversation.slice(0, 2);
  await assert.rejects(encodeChat(withTemplate(lineTemplate), open, { continueFinalMessage: true }), /last message/);
});

test("a template that rewrites earlier turns: answers are found by their words", async () => {
  const forgetful =
    "{% for m in messages %}{{ '<s>' + m.role + '\n' }}{% if m.role == 'assistant' and not loop.last %}{{ '(said) ' }}{% endif %}{{ m.content + '<e>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<s>assistant\n' }}{% endif %}";
  const tokenizer = withTemplate(forgetful);
  const { ids, assistant, text } = await encodeChat(tokenizer, conversation);
  assert.match(text, /\(said\) \nHello/);
  assert.equal(await answers(tokenizer, ids, assistant), "Hello<e>See you<e>");
  await assert.rejects(
    encodeChat(withTemplate("{{ 'x' }}"), conversation),
    /hides the assistant's answer in message 3/,
  );
});

test("without a template the contents follow on lines, BOS in front", async () => {
  const tokenizer = withTemplate(undefined);
  const { text, ids, assistant } = await encodeChat(tokenizer, conversation.slice(1));
  assert.equal(text, "<s>Hi\n\nHello\nBye\nSee you");
  assert.equal(ids[0], 257);
  assert.equal(await answers(tokenizer, ids, assistant), "\nHelloSee you");
  const prompt = await encodeChat(tokenizer, conversation.slice(1, 2), { addGenerationPrompt: true });
  assert.deepEqual(ids.slice(0, prompt.ids.length), prompt.ids);
});

test("a doubled BOS is refused", async () => {
  const message: ChatMessage[] = [{ role: "user", content: "<s>Hi" }];
  await assert.rejects(encodeChat(withTemplate(undefined), message), /two BOS tokens/);
  await assert.rejects(encodeChat(withTemplate("{{ bos_token + messages[0].content }}"), message), /two BOS tokens/);
});

test("a template reaches nothing, counts not too far and knows no clock", () => {
  const user: ChatMessage[] = [{ role: "user", content: "x" }];
  assert.equal(renderChat("{{ process is defined }} {{ require is defined }}", user), "false false");
  assert.throws(() => renderChat("{% for i in range(1000000000) %}x{% endfor %}", user), /too long/);
  assert.equal(renderChat("{% for i in range(1, 8, 3) %}{{ i }}{% endfor %}", user), "147");
  assert.equal(renderChat("{{ strftime_now('%d %b %Y') }}", user), "26 Jul 2024");
  assert.throws(() => renderChat("{{ raise_exception('no system') }}", user), /chat template: .*no system/);
  assert.throws(() => renderChat("{% if %}", user), /chat template/);
});
