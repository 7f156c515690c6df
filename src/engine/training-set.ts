/**
 * One training block as the engine takes it: `T` positions, T the set's block length.
 * The file format and its reader and writer live in this file too.
 */
export interface Block {
  /** Token ids, int32[T]. */
  inputs: Int32Array;
  /** The id to predict at each position, int32[T]. */
  targets: Int32Array;
  /** Loss weight of each position, float32[T]; 0 leaves the position out. */
  weights: Float32Array;
  /** Attention sees only equal values at or before its own position, int32[T]; −1 marks padding. */
  segments: Int32Array;
}
