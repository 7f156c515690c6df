/** How the rows of a data set become items, where that is more than the hub's own `messages`. */
import { z } from "zod";
import type { Item } from "./items.js";

export const promptSchema = z
  .array(
    z.strictObject({
      role: z.enum(["system", "user", "assistant"]),
      content: z.string().describe("Words, with {placeholders} for the inputs of the item."),
    }),
  )
  .min(1)
  .refine((messages) => messages.at(-1)?.role !== "system", "a system message is no question");

/** Messages with {placeholders}. */
export type Prompt = z.infer<typeof promptSchema>;

/** An item before its messages are filled in. */
export interface ItemParts {
  inputs: Record<string, unknown>;
  outputs: unknown;
  meta: Record<string, unknown>;
}

export interface ItemForm {
  /** Our own wording, for rows without messages. */
  prompt?: Prompt;
  /** Wording of the recipe, in the place of any other. */
  replacement?: Prompt | undefined;
  /** Reads a row without messages. Throws `BenchmarkError` naming `place` and the field. */
  row?(row: unknown, place: string): ItemParts;
  /** Placeholders without an input: the task fills them in when it asks. */
  supplied?: readonly string[];
  /** Gives each item of the test split what it takes from the others. */
  arrange?(items: Item[]): Item[];
  /** Items after so many do not count. */
  mostItems?: number;
}
