/**
 * What a training will take, before it takes it: the same code that builds the run builds it on a backend
 * that only counts, so the estimate is exact but for what the process itself needs.
 */
import { type Backend, planningBackend } from "./backend.js";
import { type MemoryAccount, totalBytes } from "./memory-use.js";
import { prepareSession, type SessionPlan } from "./session.js";

export interface MemoryEstimate {
  uses: MemoryAccount;
  /** Of the device, and on a CPU of the process around it too. */
  bytes: number;
}

/** Node and its libraries: measured on Linux. */
const processBytes = 80e6;

/** Pieces of files that were read or written and wait to be collected; a small model has no more than itself. Measured. */
const pieceBytes = 32e6;

/** Nothing is read and nothing allocated; of the checkpoint only the configuration is looked at. */
export async function estimateMemory(backend: Backend, plan: SessionPlan): Promise<MemoryEstimate> {
  const planning = planningBackend(backend);
  await prepareSession(planning, plan);
  const uses = planning.memory.now;
  const ofProcess = processBytes + Math.min(uses.weights, pieceBytes);
  return { uses, bytes: totalBytes(uses) + (backend.isCpu ? ofProcess : 0) };
}
