/** A chat template comes with a model: it reaches nothing, and ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TokenizerError } from "../../src/errors.js";
import { renderChat } from "../../src/tokenizer/render-chat.js";
import { refuses } from "./expect-refusal.js";
import { runLimited } from "./limited-memory.js";

const messages = [{ role: "user" as const, content: "Привет" }];
const render = (template: string): string => renderChat(template, messages, { source: "model/tokenizer.json" });
const refused = (template: string): Promise<unknown> =>
  refuses(() => render(template), "tokenizer.chat_template", "model/tokenizer.json: chat template: ");

test("loops within loops, long ranges and recursion without end are refused by name", async () => {
  await refused("{% for i in range(1000000000) %}x{% endfor %}");
  await refused("{% for i in range(-1, 2000000000) %}x{% endfor %}");
  await refused("{% for i in range(0, 1, 0) %}x{% endfor %}");
  const loops = 6;
  await refused(`${"{% for i in range(10000) %}".repeat(loops)}x${"{% endfor %}".repeat(loops)}`);
  await refused("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}");
  await refused(`${"(".repeat(50_000)}`.replace(/^/, "{{ ").concat(" }}"));
  await refused("{{ 'a\\nb' | indent(600000000) }}");
});

test("texts and lists that double in every turn do not fill the memory", () => {
  const templates = [
    "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[1, 2]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x | length }}",
  ];
  const code = `
    import { renderChat } from "src/tokenizer/render-chat.js";
    for (const template of JSON.parse(process.argv[1])) {
      try { renderChat(template, [], { source: "m" }); console.log("taken"); } catch (error) { console.log(error.code); }
    }`;
  const { status, stdout, stderr } = runLimited(code, 1024, [JSON.stringify(templates)]);
  assert.equal(status, 0, stderr.slice(-500));
  assert.equal(stdout, "tokenizer.chat_template\n".repeat(2));
});

test("nothing outside of its arguments is reached", async () => {
  const reaching = [
    "{{ ''.constructor.constructor('return process')() }}",
    "{{ messages.__proto__ }}{{ messages.constructor.name }}",
    "{{ range.constructor('return 1')() }}",
    "{{ process.env }}{{ globalThis }}{{ require('fs') }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.system('true') }}",
    "{{ self.__init__.__globals__ }}",
    "{% set messages.__proto__ = {'polluted': 1} %}",
  ];
  for (const template of reaching) {
    let text = "";
    try {
      text = render(template);
    } catch (error) {
      assert.equal((error as TokenizerError).code, "tokenizer.chat_template", template);
    }
    assert.doesNotMatch(text, /function|native code|PATH|root:|Object/, template);
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test("a message is text, whatever is written in it", () => {
  const content = "{{ 7 * 7 }}{% for i in range(9) %}x{% endfor %}{# no #}";
  const template = "{% for m in messages %}{{ m.content }}{% endfor %}";
  assert.equal(renderChat(template, [{ role: "user", content }]), content);
});

test("a long conversation is no endless one", () => {
  const many = Array.from({ length: 2000 }, (_, i) => ({
    role: i % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: "слово ".repeat(200),
  }));
  const template = "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] | trim + '<|end|>' }}\n{% endfor %}";
  assert.ok(renderChat(template, many).length > 2_000_000);
});
