/**
 * The passes over all words of a lattice, shared out among threads. Whoever is free takes the next shard; the thread that
 * asks works along, so that a thread that is slow to start, or never does, costs nothing but its help.
 */
import { Worker } from "node:worker_threads";
import { countBest, dropEdges, expectCounts, type UnigramLattice } from "./unigram-lattice.js";

export const passes = [expectCounts, countBest, dropEdges] as const;

/** Places in the control words that threads share. */
export const control = { turn: 0, next: 1, done: 2, pass: 3, ids: 4, failed: 5, length: 6 } as const;

export interface UnigramThreads {
  /** Runs a pass over all shards. `ids`: how many pieces there are. */
  run(pass: (typeof passes)[number], ids: number): void;
  close(): Promise<void>;
}

/** `threads`: how many work, the caller included. */
export function createUnigramThreads(lattice: UnigramLattice, threads: number): UnigramThreads {
  const words = new Int32Array(new SharedArrayBuffer(4 * control.length));
  const shards = lattice.shards.length - 1;
  Atomics.store(words, control.next, shards);
  const workers = Array.from({ length: Math.min(threads, shards) - 1 }, () => {
    const worker = new Worker(new URL("./unigram-worker.js", import.meta.url), { workerData: { lattice, words } });
    // A thread that cannot start has taken no shard, and one that fails at its work says so below.
    worker.on("error", () => undefined);
    worker.unref();
    return worker;
  });
  return {
    run(pass, ids) {
      Atomics.store(words, control.pass, passes.indexOf(pass));
      Atomics.store(words, control.ids, ids);
      Atomics.store(words, control.done, 0);
      Atomics.store(words, control.next, 0);
      Atomics.add(words, control.turn, 1);
      Atomics.notify(words, control.turn);
      takeShards(lattice, words);
      for (let done = Atomics.load(words, control.done); done < shards; done = Atomics.load(words, control.done)) {
        Atomics.wait(words, control.done, done);
      }
      if (Atomics.load(words, control.failed) !== 0) throw new Error("a thread of the Unigram trainer failed");
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Works on shards until none is left. */
export function takeShards(lattice: UnigramLattice, words: Int32Array): void {
  const shards = lattice.shards.length - 1;
  for (let shard = Atomics.add(words, control.next, 1); shard < shards; shard = Atomics.add(words, control.next, 1)) {
    try {
      passes[Atomics.load(words, control.pass)]!(lattice, shard, Atomics.load(words, control.ids));
    } catch (cause) {
      Atomics.store(words, control.failed, 1);
      throw cause;
    } finally {
      Atomics.add(words, control.done, 1);
      Atomics.notify(words, control.done);
    }
  }
}
