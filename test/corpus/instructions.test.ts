import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { PlacedMessages } from "../../src/corpus/chat-messages.js";
import { readInstructions } from "../../src/corpus/instructions.js";
import { CorpusError } from "../../src/errors.js";
import type { ChatMessage } from "../../src/tokenizer/tokenizer.js";
import { chatParquetFile } from "./chat-parquet-file.js";
import { parquetFile } from "./parquet-file.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-instructions-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const target = path.join(folder, name);
  writeFileSync(target, content);
  return target;
}

async function all(...files: string[]): Promise<PlacedMessages[]> {
  const read: PlacedMessages[] = [];
  for await (const one of readInstructions(files)) read.push(one);
  return read;
}

const conversations: ChatMessage[][] = [
  [
    { role: "system", content: "Отвечай кратко." },
    { role: "user", content: "Кто там?" },
    { role: "assistant", content: "Кот." },
    { role: "user", content: "Какой?" },
    { role: "assistant", content: "Рыжий 🐈." },
  ],
  [
    { role: "user", content: "Два плюс два?" },
    { role: "assistant", content: "" },
  ],
];
const lines = conversations.map((messages, id) => `${JSON.stringify({ id, messages })}\n`).join("");

test("JSON lines, plain and packed, are read in the order of the files", async () => {
  const plain = file("a.jsonl", lines);
  const packed = file("b.jsonl.gz", gzipSync(lines));
  const read = await all(plain, packed);
  assert.deepEqual(
    read.map(({ messages }) => messages),
    [...conversations, ...conversations],
  );
  assert.equal(read[3]!.place, `${packed}: line 2`);
});

test("parquet with a list of structs gives the same conversations, over row groups and packed", async () => {
  const [first, second] = conversations as [ChatMessage[], ChatMessage[]];
  const bytes = chatParquetFile([[first, second], [second]]);
  for (const name of [file("chat.parquet", bytes), file("chat.parquet.gz", gzipSync(bytes))]) {
    const read = await all(name);
    assert.deepEqual(
      read.map(({ messages }) => messages),
      [first, second, second],
    );
    assert.equal(read[2]!.place, `${name}: row 2`);
  }
});

test("faults name file and line", async () => {
  const user = { role: "user", content: "a" };
  const answer = { role: "assistant", content: "b" };
  const broken: [unknown, RegExp][] = [
    ["{", /line 2 is not valid JSON/],
    [null, /line 2 has no "messages"/],
    [{ prompt: "a" }, /line 2 has no "messages"/],
    [{ messages: [] }, /line 2: "messages" is not a list/],
    [{ messages: "a" }, /line 2: "messages" is not a list/],
    [{ messages: [user, { role: "bot", content: "b" }] }, /line 2: message 1 has the role "bot"/],
    [{ messages: [user, { ...answer, content: null }] }, /line 2: message 1 has no text/],
    [{ messages: [user] }, /line 2: there is no message of the assistant/],
    [{ messages: [user, answer, user] }, /line 2: the last message is not the assistant's/],
  ];
  for (const [line, message] of broken) {
    const text = typeof line === "string" ? line : JSON.stringify(line);
    const name = file("broken.jsonl", `${lines.split("\n")[0]}\n${text}`);
    await assert.rejects(all(name), (error: unknown) => {
      assert.ok(error instanceof CorpusError);
      assert.match(error.message, message);
      assert.ok(error.message.includes(name));
      assert.equal(error.exitCode, 2);
      assert.ok(error.hint);
      return true;
    });
  }
});

test("files without conversations, of another kind, binary or cut", async () => {
  await assert.rejects(all(file("empty.jsonl", "\n")), { code: "instructions.empty", message: /empty\.jsonl/ });
  await assert.rejects(all(file("a.txt", "a")), { code: "instructions.unknown_format" });
  await assert.rejects(all(file("binary.jsonl", Buffer.from([0x89, 0x50, 0xff]))), { code: "corpus.invalid_utf8" });
  const parquet = chatParquetFile([[conversations[0]!]]);
  await assert.rejects(all(file("cut.parquet", parquet.subarray(0, parquet.length - 9))), {
    code: "corpus.broken_parquet",
  });
  await assert.rejects(all(file("text.parquet", parquetFile([["a"]]))), {
    code: "corpus.no_messages",
    hint: /text/,
  });
  await assert.rejects(all(file("strings.parquet", parquetFile([["a"]], { column: "messages" }))), {
    code: "instructions.broken",
    message: /row 0: "messages" is not a list/,
  });
});

const anyConversation = fc
  .tuple(
    fc.array(
      fc.record(
        {
          role: fc.constantFrom("system" as const, "user" as const, "assistant" as const),
          content: fc.string({ unit: "grapheme" }),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 12 },
    ),
    fc.string(),
  )
  .map(([before, answer]): ChatMessage[] => [...before, { role: "assistant", content: answer }]);

test("any conversations come back from JSON lines and from parquet as they were", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyConversation, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
      async (groups) => {
        const text = groups.flat().map((messages) => `${JSON.stringify({ messages })}\n`);
        for (const name of [file("any.jsonl", text.join("")), file("any.parquet", chatParquetFile(groups))]) {
          assert.deepEqual(
            (await all(name)).map(({ messages }) => messages),
            groups.flat(),
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("a damaged parquet file is read or refused, never anything else", async () => {
  const whole = chatParquetFile([conversations, [conversations[1]!]]);
  const read = async (bytes: Buffer): Promise<void> => {
    await all(file("damaged.parquet", bytes)).catch((error) => assert.ok(error instanceof CorpusError, String(error)));
  };
  for (let length = 0; length < whole.length; length += 7) await read(whole.subarray(0, length));
  for (let at = 0; at < whole.length; at += 5) {
    const changed = Buffer.from(whole);
    changed[at] = changed[at]! ^ 0xa5;
    await read(changed);
  }
});
