import type { CreateConversationFilter } from "./conversation-filter.js";

/** Conversations in which something is missing: an answer that could not be given or was cut, a message without text. */
export const completeness: CreateConversationFilter =
  ({ stopped_by_length }) =>
  ({ messages, stopped }) => {
    if (stopped === "prompt_too_long") return "prompt_too_long";
    if (messages.some(({ role, content }) => role !== "system" && content.trim() === "")) return "empty";
    return stopped === "length" && !stopped_by_length ? "stopped_by_length" : null;
  };
