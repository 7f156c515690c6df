import type { Failed, OnResult } from "../language-model.js";
import { RequestFailure } from "./endpoint-errors.js";

/** Asks `parallel` requests at a time. A request that fails has its reason for a result; throws where nothing more is answered. */
export async function answerAll<Q, R>(
  requests: readonly Q[],
  ask: ((request: Q) => Promise<R>) | undefined,
  parallel: number,
  onResult: OnResult<R | Failed> | undefined,
): Promise<(R | Failed)[]> {
  const results = new Array<R | Failed>(requests.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < requests.length) {
      const index = next++;
      const started = performance.now();
      results[index] = await orFailed(ask, requests[index]!);
      onResult?.(index, results[index], (performance.now() - started) / 1000);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, requests.length) }, work));
  return results;
}

async function orFailed<Q, R>(ask: ((request: Q) => Promise<R>) | undefined, request: Q): Promise<R | Failed> {
  if (ask === undefined) return { failure: "the endpoint does not give what this question needs" };
  try {
    return await ask(request);
  } catch (error) {
    if (error instanceof RequestFailure) return { failure: error.message };
    throw error;
  }
}
