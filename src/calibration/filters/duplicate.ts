import { createHash } from "node:crypto";
import { createDigestSet } from "../../corpus/digest-set.js";
import type { CreateConversationFilter } from "./conversation-filter.js";

/**
 * Conversations that were there before, but for case, forms of the same character (NFKC) and white space. The same answer to
 * another prompt is no duplicate. Remembers 64 bits of each.
 */
export const duplicate: CreateConversationFilter = () => {
  const seen = createDigestSet();
  return ({ messages }) => {
    const same = JSON.stringify(messages.map(({ role, content }) => [role, normalised(content)]));
    return seen.add(createHash("sha256").update(same).digest()) ? null : "duplicate";
  };
};

/** `text` as duplicates are compared. */
export function normalised(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}
