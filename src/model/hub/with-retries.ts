import { setTimeout as pause } from "node:timers/promises";
import { HubApiError, InvalidApiResponseFormatError } from "@huggingface/hub";
import { LepError } from "../../errors.js";

export interface Patience {
  /** How often in a row a request may bring nothing, and the pause after the first time, milliseconds. */
  retries: number;
  pauseMs: number;
  /** How long a connection may bring nothing, milliseconds. */
  stallMs: number;
  signal?: AbortSignal | undefined;
}

/** A connection of one request: `signal` ends it, `alive` is called whenever something came. */
export interface Connection {
  signal: AbortSignal;
  alive(): void;
}

/**
 * The first result of `request` that is one, tried again after what may pass: a network or a hub out of order. `reached` is a number
 * that grows with what the requests bring: one that brought something gives the next its full patience. Throws what the last one threw.
 */
export async function withRetries<T>(
  request: (connection: Connection) => Promise<T>,
  { retries, pauseMs, stallMs, signal }: Patience,
  reached: () => number = () => 0,
): Promise<T> {
  for (let failures = 0; ; ) {
    const before = reached();
    try {
      return await unlessStalled(request, stallMs, signal);
    } catch (error) {
      if (signal?.aborted || !mayPass(error)) throw error;
      failures = reached() > before ? 1 : failures + 1;
      if (failures > retries) throw error;
      await pause(pauseMs * failures, undefined, { signal });
    }
  }
}

/** `fetch` for the hub's library, which takes no signal. */
export const fetchOver =
  ({ signal }: Connection): typeof fetch =>
  (address, options) =>
    fetch(address, { ...options, signal });

/** Answers that are none of a hub do not: HF_ENDPOINT is somebody else, or a page to log in to the network. */
const lasting = [LepError, SyntaxError, InvalidApiResponseFormatError];

const mayPass = (error: unknown): boolean =>
  error instanceof HubApiError
    ? error.statusCode === 429 || error.statusCode >= 500
    : !lasting.some((kind) => error instanceof kind);

/** A peer that holds the connection and says nothing would be waited for without end. */
async function unlessStalled<T>(
  request: (connection: Connection) => Promise<T>,
  stallMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`nothing came for ${stallMs / 1000} s`)), stallMs);
  const interrupt = (): void => controller.abort(signal?.reason);
  signal?.addEventListener("abort", interrupt);
  try {
    return await request({ signal: controller.signal, alive: () => void timer.refresh() });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", interrupt);
    // An answer that nobody read to its end would hold its connection.
    controller.abort();
  }
}
