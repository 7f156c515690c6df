import type { Random } from "../random.js";

/**
 * `count` of the texts of a stream, each as likely as any other (reservoir sampling, Vitter 1985, algorithm
 * R), in random order; all of them where there are fewer. Memory grows with `count`, not with the stream.
 */
export async function sampleTexts(texts: AsyncIterable<string>, count: number, random: Random): Promise<string[]> {
  const kept: string[] = [];
  let seen = 0;
  for await (const text of texts) {
    const place = seen < count ? seen : random.below(seen + 1);
    if (place < count) kept[place] = text;
    seen++;
  }
  return random.shuffle(kept);
}
