/** What a filter judges, and what it says. */
import type { ChatMessage } from "../../tokenizer/tokenizer.js";
import type { ConversationFilterOptions } from "../options.js";

/** A prompt and the answer to it; a conversation has as many as the assistant has messages. */
export interface Turn {
  /** The last user's message before the answer; "" where there is none. */
  prompt: string;
  answer: string;
  /** Tokens of the answer under the instruct model's tokenizer. */
  tokens: number;
}

/** How the last answer ended; `prompt_too_long`: the prompt left no room in the context, and there is none. */
export type Stopped = "stop" | "length" | "prompt_too_long";

export interface JudgedConversation {
  /** Ends with the assistant's answer. */
  messages: readonly ChatMessage[];
  turns: readonly Turn[];
  stopped: Stopped;
}

/** The reason to leave a conversation out, or null. */
export type ConversationFilter = (conversation: JudgedConversation) => Rejection | null;
/** A filter may remember what it was shown, so every pass needs a new one. */
export type CreateConversationFilter = (options: ConversationFilterOptions) => ConversationFilter;

export const rejections = [
  "prompt_too_long",
  "empty",
  "stopped_by_length",
  "too_short",
  "too_long",
  "too_few_tokens",
  "too_many_tokens",
  "repetition",
  "script",
  "refusal",
  "duplicate",
  "near_duplicate",
] as const;
export type Rejection = (typeof rejections)[number];

/** A filter of single answers: what it finds in one is said of the conversation. */
export function ofEveryTurn(judge: (turn: Turn) => Rejection | null): ConversationFilter {
  return ({ turns }) => {
    for (const turn of turns) {
      const reason = judge(turn);
      if (reason !== null) return reason;
    }
    return null;
  };
}
