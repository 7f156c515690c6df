/** What holds for every model folder that is written, whatever stage writes it. */
import { z } from "zod";

const units = { KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const pattern = /^(\d+(?:\.\d+)?)\s*([KMG]i?B)$/;

export const modelOutputSchema = z
  .strictObject({
    shard_size: z
      .string()
      .regex(pattern, "a number with KB, MB, GB, KiB, MiB or GiB")
      .optional()
      .describe(
        "Largest safetensors file, such as 500MB; larger models are cut into several, with an index. 5GB by default.",
      ),
    languages: z
      .array(z.string().regex(/^[a-z]{2,3}$/, "a language code of ISO 639, such as ru"))
      .optional()
      .describe("Codes of the languages that the adapted models speak, for their model cards."),
  })
  .describe("How models are written.");

export type ModelOutput = z.infer<typeof modelOutputSchema>;

/** Bytes of `shard_size` (GB as in SI, as Hugging Face's libraries count); undefined where it is left out. */
export function shardBytes(output: ModelOutput | undefined): number | undefined {
  const [, number, unit] = pattern.exec(output?.shard_size ?? "") ?? [];
  return unit === undefined ? undefined : Number(number) * units[unit as keyof typeof units];
}
