import { CorpusError } from "../errors.js";
import type { ChatMessage } from "../tokenizer/tokenizer.js";
import { findCorpusFiles } from "./corpus-files.js";
import { readJsonl } from "./jsonl.js";

const roles: readonly unknown[] = ["system", "user", "assistant"] satisfies ChatMessage["role"][];

/**
 * The conversations of prompt files: JSON lines, each `{"prompt": "…"}` or `{"messages": [{"role", "content"}, …]}` with a
 * user's message at the end, which a model is to answer. `files` are globs or paths of .jsonl, also .gz or .zst.
 * Throws `CorpusError` naming file and line: `prompts.broken`; `prompts.empty` where there is none.
 */
export async function readPrompts(files: string[]): Promise<ChatMessage[][]> {
  const prompts: ChatMessage[][] = [];
  for (const file of await findCorpusFiles(files)) {
    if (file.format !== "jsonl") {
      throw new CorpusError("prompts.unknown_format", `${file.path}: prompts are read from .jsonl files only`);
    }
    for await (const { value, line } of readJsonl(file))
      prompts.push(conversation(value, `${file.path}: line ${line}`));
  }
  if (prompts.length === 0) throw new CorpusError("prompts.empty", `there are no prompts in ${files.join(", ")}`);
  return prompts;
}

function conversation(value: unknown, place: string): ChatMessage[] {
  const broken = (what: string): CorpusError =>
    new CorpusError("prompts.broken", `${place}: ${what}`, {
      hint: 'A line is {"prompt": "…"} or {"messages": [{"role": "user", "content": "…"}]}.',
    });
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken("not an object");
  const { prompt, messages } = value as { prompt?: unknown; messages?: unknown };
  if (prompt !== undefined && messages !== undefined) throw broken('has both "prompt" and "messages"');
  if (prompt !== undefined) {
    if (typeof prompt !== "string" || prompt.trim() === "") throw broken('"prompt" is not a text');
    return [{ role: "user", content: prompt }];
  }
  if (!Array.isArray(messages) || messages.length === 0) throw broken('has neither "prompt" nor a list of "messages"');
  const checked = messages.map((message: unknown, i): ChatMessage => {
    const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
    if (!roles.includes(role)) throw broken(`message ${i} has the role ${JSON.stringify(role)}`);
    if (typeof content !== "string") throw broken(`message ${i} has no text in "content"`);
    return { role: role as ChatMessage["role"], content };
  });
  if (checked.at(-1)?.role !== "user") throw broken("the last message is not a user's");
  return checked;
}
