/** What device memory is used for: kept as it is allocated, for the estimate before a run and for messages. */

export const memoryUses = {
  weights: "frozen weights",
  transposes: "their transposes",
  values: "trained weights",
  gradients: "gradients",
  moments: "AdamW's moments",
  inputs: "inputs and masks",
  activations: "intermediate results",
} as const;

export type MemoryUse = keyof typeof memoryUses;

/** Bytes by use. */
export type MemoryAccount = Record<MemoryUse, number>;

export interface MemoryLedger {
  add(use: MemoryUse, bytes: number): void;
  /** What is allocated now. */
  readonly now: MemoryAccount;
}

export function createMemoryLedger(): MemoryLedger {
  const now: MemoryAccount = {
    weights: 0,
    transposes: 0,
    values: 0,
    gradients: 0,
    moments: 0,
    inputs: 0,
    activations: 0,
  };
  return {
    now,
    add(use, bytes) {
      now[use] += bytes;
    },
  };
}

export function totalBytes(account: MemoryAccount): number {
  return Object.values(account).reduce((sum, bytes) => sum + bytes, 0);
}
