import { CorpusError } from "../errors.js";
import { chatMessages, type PlacedMessages } from "./chat-messages.js";
import { type CorpusFile, findCorpusFiles } from "./corpus-files.js";
import { readJsonl } from "./jsonl.js";
import { readParquetColumn } from "./parquet-column.js";

/**
 * The conversations of a chat dataset, as a stream: JSON lines with a key `messages`, or parquet with such a column (a list
 * of structs), each also .gz or .zst; `[{role, content}, …]`, of any number of turns, an assistant's message at the end; other
 * keys and columns are passed over.
 * Throws `CorpusError` naming file and line or row: `instructions.broken`; `instructions.empty` where there is none.
 */
export async function* readInstructions(files: readonly string[]): AsyncGenerator<PlacedMessages> {
  let empty = true;
  for (const file of await findCorpusFiles(files)) {
    for await (const { value, place } of values(file)) {
      empty = false;
      const messages = chatMessages(value, place, "instructions.broken");
      if (messages.at(-1)?.role !== "assistant") {
        const spoken = messages.some(({ role }) => role === "assistant");
        throw new CorpusError(
          "instructions.broken",
          `${place}: ${spoken ? "the last message is not the assistant's" : "there is no message of the assistant"}`,
          { hint: "A conversation to learn from ends with an answer; prompts without one go to `prompts`." },
        );
      }
      yield { messages, place };
    }
  }
  if (empty) throw new CorpusError("instructions.empty", `there are no conversations in ${files.join(", ")}`);
}

async function* values(file: CorpusFile): AsyncGenerator<{ value: unknown; place: string }> {
  if (file.format === "parquet") {
    for await (const { value, row } of readParquetColumn(file, "messages")) {
      yield { value, place: `${file.path}: row ${row}` };
    }
    return;
  }
  if (file.format !== "jsonl") {
    throw new CorpusError(
      "instructions.unknown_format",
      `${file.path}: conversations are read from .jsonl and .parquet files only`,
    );
  }
  for await (const { value, line } of readJsonl(file)) {
    const place = `${file.path}: line ${line}`;
    const messages = (Object(value) as { messages?: unknown }).messages;
    if (messages === undefined) {
      throw new CorpusError("instructions.broken", `${place} has no "messages"`, {
        hint: 'A line is {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}.',
      });
    }
    yield { value: messages, place };
  }
}
