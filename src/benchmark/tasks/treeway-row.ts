/** A row of dichspace/daru_treeway_eval: a text in sentences, its summary, and the sentences that say the most. */
import { z } from "zod";
import { itemFault } from "../items.js";

const sentences = z.array(z.string().refine((text) => text.trim() !== "", "is a sentence without words"));

const rowSchema = z.object({
  src_sents: sentences.min(2),
  summary_sents: sentences.nullish(),
  extractive_summary: z.array(z.int().min(0)).nullish(),
});

export type TreewayRow = z.infer<typeof rowSchema>;

export function treewayRow(row: unknown, place: string): TreewayRow {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success) throw itemFault(place, parsed.error);
  return parsed.data;
}
