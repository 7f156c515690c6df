export interface TextBatch {
  texts: string[];
  /** UTF-16 units of all of them. */
  units: number;
}

/**
 * Texts in their order, many at a time: a batch ends with the text that brings it to `units` UTF-16 units, or to `most`
 * texts. A call for each text would take longer than the work on it.
 */
export async function* textBatches(
  texts: Iterable<string> | AsyncIterable<string>,
  units: number,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<TextBatch> {
  let batch: TextBatch = { texts: [], units: 0 };
  for await (const text of texts) {
    batch.texts.push(text);
    batch.units += text.length;
    if (batch.units < units && batch.texts.length < most) continue;
    yield batch;
    batch = { texts: [], units: 0 };
  }
  if (batch.texts.length > 0) yield batch;
}
