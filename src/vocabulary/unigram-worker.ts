/** A thread of the Unigram trainer: waits for its turn and works on shards. */
import { workerData } from "node:worker_threads";
import type { UnigramLattice } from "./unigram-lattice.js";
import { control, takeShards } from "./unigram-threads.js";

const { lattice, words } = workerData as { lattice: UnigramLattice; words: Int32Array };
for (;;) {
  const turn = Atomics.load(words, control.turn);
  takeShards(lattice, words);
  Atomics.wait(words, control.turn, turn);
}
