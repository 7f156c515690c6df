/** Ids as they are made: an array that grows. */
export interface IdSink {
  ids: Int32Array;
  length: number;
}

export function createIdSink(): IdSink {
  return { ids: new Int32Array(1 << 12), length: 0 };
}

/** Makes room for `count` further ids. */
export function reserveIds(sink: IdSink, count: number): void {
  if (sink.length + count <= sink.ids.length) return;
  const ids = new Int32Array(Math.max(2 * sink.ids.length, sink.length + count));
  ids.set(sink.ids.subarray(0, sink.length));
  sink.ids = ids;
}
