import { CorpusError } from "../errors.js";
import type { ChatMessage } from "../tokenizer/tokenizer.js";

/** A conversation with where it was read, for messages: the file, and the line or row in it. */
export interface PlacedMessages {
  messages: ChatMessage[];
  place: string;
}

const roles: readonly unknown[] = ["system", "user", "assistant"] satisfies ChatMessage["role"][];
const loneSurrogate = /\p{Surrogate}/u;

/** `value` as messages `[{role, content}, …]`, at least one. Throws `CorpusError` (`code`) naming `place`. */
export function chatMessages(value: unknown, place: string, code: string): ChatMessage[] {
  const broken = (what: string): CorpusError =>
    new CorpusError(code, `${place}: ${what}`, {
      hint: 'Messages are [{"role": "user", "content": "…"}, …]; roles are system, user and assistant.',
    });
  if (!Array.isArray(value) || value.length === 0) throw broken('"messages" is not a list with messages in it');
  return value.map((message: unknown, i): ChatMessage => {
    const { role, content } = Object(message) as { role?: unknown; content?: unknown };
    if (!roles.includes(role)) {
      throw broken(`message ${i} has ${typeof role === "string" ? `the role ${JSON.stringify(role)}` : "no role"}`);
    }
    if (typeof content !== "string") throw broken(`message ${i} has no text in "content"`);
    // JSON can spell half a surrogate pair; no UTF-8 text and no tokenizer has such a character.
    if (loneSurrogate.test(content)) throw broken(`message ${i} has half of a surrogate pair in "content"`);
    return { role: role as ChatMessage["role"], content };
  });
}
