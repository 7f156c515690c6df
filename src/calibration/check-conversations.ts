/** Everything that a calibration is going to read, read once before any work: hours later would be a pity. */
import { TokenizerError } from "../errors.js";
import type { Progress } from "../progress.js";
import { encodeChat } from "../tokenizer/chat-template.js";
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";
import type { NamedSource } from "./named-sources.js";

/**
 * Throws `CorpusError` naming file and place for what is broken, and `TokenizerError` where the chat template of one of
 * `tokenizers` cannot render a conversation. What a template refuses are roles and their order, so one
 * conversation of each order is tried.
 */
export async function checkConversations(
  sources: readonly NamedSource[],
  tokenizers: readonly Tokenizer[],
  progress?: Progress,
): Promise<void> {
  const tried = new Set<string>();
  let done = 0;
  for (const { definition, files } of sources) {
    for await (const { messages, place } of definition.read(files)) {
      if (++done % 1000 === 0) {
        progress?.({ task: "checking conversations", done, total: 0, unit: "conversations" });
      }
      const roles = messages.map(({ role }) => role).join(", ");
      if (tried.has(roles)) continue;
      tried.add(roles);
      for (const tokenizer of tokenizers) await renders(tokenizer, messages, place);
    }
  }
}

async function renders(tokenizer: Tokenizer, messages: ChatMessage[], place: string): Promise<void> {
  try {
    await encodeChat(tokenizer, messages, { addGenerationPrompt: messages.at(-1)?.role !== "assistant" });
  } catch (cause) {
    if (!(cause instanceof TokenizerError)) throw cause;
    const system = messages.some(({ role }) => role === "system");
    throw new TokenizerError("calibration.chat_template", `${place}: ${tokenizer.source}: ${cause.message}`, {
      cause,
      hint: system
        ? "The chat template may know no system message: put its text in front of the user's first message."
        : (cause.hint ?? "The chat template decides which roles may follow each other."),
    });
  }
}
