import type { ConversationFilterOptions } from "../options.js";
import { completeness } from "./completeness.js";
import type { ConversationFilter, CreateConversationFilter } from "./conversation-filter.js";
import { duplicate } from "./duplicate.js";
import { length } from "./length.js";
import { nearDuplicate } from "./near-duplicate.js";
import { refusal } from "./refusal.js";
import { repetition } from "./repetition.js";
import { script } from "./script.js";

/** In the order in which they judge: the first reason counts, and only what passes all of them can have a duplicate. */
export const conversationFilters = {
  completeness,
  length,
  repetition,
  script,
  refusal,
  duplicate,
  nearDuplicate,
} as const satisfies Record<string, CreateConversationFilter>;

/** All filters as one, for one pass. Throws `CorpusError` for a script that does not exist. */
export function createConversationFilter(options: ConversationFilterOptions): ConversationFilter {
  const filters = Object.values(conversationFilters).map((create) => create(options));
  return (conversation) => {
    for (const filter of filters) {
      const reason = filter(conversation);
      if (reason !== null) return reason;
    }
    return null;
  };
}
