import { CorpusError } from "../errors.js";
import type { ChatMessage } from "../tokenizer/tokenizer.js";
import { chatMessages, type PlacedMessages } from "./chat-messages.js";
import { findCorpusFiles } from "./corpus-files.js";
import { longestWhole, readJsonl } from "./jsonl.js";

/**
 * The conversations of prompt files: JSON lines, each `{"prompt": "…"}` or `{"messages": [{"role", "content"}, …]}` with a
 * user's message at the end, which a model is to answer; other keys are passed over. `files` are globs or paths of
 * .jsonl, also .gz or .zst. Throws `CorpusError` naming file and line: `prompts.broken`; `prompts.empty` where there is none.
 */
export async function readPrompts(files: readonly string[]): Promise<PlacedMessages[]> {
  const prompts: PlacedMessages[] = [];
  for (const file of await findCorpusFiles(files)) {
    if (file.format !== "jsonl") {
      throw new CorpusError("prompts.unknown_format", `${file.path}: prompts are read from .jsonl files only`);
    }
    for await (const { value, line } of readJsonl(file, longestWhole)) {
      const place = `${file.path}: line ${line}`;
      prompts.push({ messages: promptMessages(value, place), place });
    }
  }
  if (prompts.length === 0) {
    throw new CorpusError("prompts.empty", `there are no prompts in ${files.join(", ")}`, { hint: lineHint });
  }
  return prompts;
}

const lineHint = 'A line is {"prompt": "…"} or {"messages": [{"role": "user", "content": "…"}]}.';

function promptMessages(value: unknown, place: string): ChatMessage[] {
  const broken = (what: string): CorpusError =>
    new CorpusError("prompts.broken", `${place}: ${what}`, { hint: lineHint });
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken("not an object");
  const { prompt, messages } = value as { prompt?: unknown; messages?: unknown };
  if (prompt !== undefined && messages !== undefined) throw broken('has both "prompt" and "messages"');
  if (prompt === undefined && messages === undefined) throw broken('has neither "prompt" nor "messages"');
  const asked = prompt === undefined ? messages : [{ role: "user", content: prompt }];
  if (prompt !== undefined && (typeof prompt !== "string" || prompt.trim() === "")) {
    throw broken('"prompt" is not a text');
  }
  const checked = chatMessages(asked, place, "prompts.broken");
  if (checked.at(-1)?.role !== "user") throw broken("the last message is not a user's");
  if (checked.at(-1)?.content.trim() === "") throw broken("the last message is blank");
  return checked;
}
