/**
 * JSON over HTTP to a server that may be busy, slow, or gone: so many requests at a time, each with a time limit and
 * a few attempts, longer and longer apart. What still fails is one `RequestFailure`; a server that answers nobody any
 * more ends the work, which can be taken up again.
 */
import { setMaxListeners } from "node:events";
import { EngineError } from "../../errors.js";
import { RequestFailure } from "./endpoint-errors.js";
import { keyVariable } from "./endpoint-url.js";
import { readLimited } from "./read-limited.js";

export interface ClientOptions {
  /** From `endpointUrl`. */
  url: string;
  key: string | undefined;
  /** Requests at a time. */
  parallel: number;
  /** Seconds that one attempt may take. */
  seconds: number;
  /** Milliseconds before the second attempt; doubled before each further one. */
  pause?: number | undefined;
}

export interface EndpointClient {
  readonly url: string;
  /** The answer's JSON. Throws `RequestFailure`, or `EngineError` where no further request will be answered. */
  get(path: string): Promise<unknown>;
  post(path: string, body: object): Promise<unknown>;
  /** Ends what is under way; all of it is rejected. */
  close(): void;
}

const attempts = 4;
/** A request that ran out of time once is not likely to be in time later. */
const slowAttempts = 2;
const longestPause = 30_000;
/** Requests given up in a row after which nobody answers any more. */
const lostAfter = 32;

/** An attempt that may be made again. */
class Retriable extends Error {
  constructor(
    message: string,
    readonly slow: boolean,
    readonly wait?: number,
  ) {
    super(message);
  }
}

export function createEndpointClient(options: ClientOptions): EndpointClient {
  const { url, key, parallel, seconds, pause = 500 } = options;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const waiting: (() => void)[] = [];
  let running = 0;
  let givenUp = 0;
  const closed = (): EngineError => new EngineError("inference.closed", `${url}: closed while it was answering`);

  const attempt = async (method: string, path: string, body: object | undefined): Promise<unknown> => {
    const limit = new AbortController();
    const stop = (): void => limit.abort();
    const timer = setTimeout(stop, seconds * 1000);
    closing.signal.addEventListener("abort", stop);
    try {
      const response = await fetch(url + path, {
        method,
        headers: {
          accept: "application/json",
          ...(body && { "content-type": "application/json" }),
          ...(key && { authorization: `Bearer ${key}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
        redirect: "manual",
        signal: limit.signal,
      });
      return readAnswer(response, await readLimited(response), `${url}${path}`);
    } catch (error) {
      if (error instanceof EngineError || error instanceof Retriable) throw error;
      if (closing.signal.aborted) throw closed();
      if (limit.signal.aborted) throw new Retriable(`no answer within ${seconds} s`, true);
      const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
      throw new Retriable(`the connection failed (${cause?.code ?? cause?.message ?? message})`, false);
    } finally {
      clearTimeout(timer);
      closing.signal.removeEventListener("abort", stop);
    }
  };

  const persist = async (method: string, path: string, body: object | undefined): Promise<unknown> => {
    for (let made = 1; ; made++) {
      if (givenUp >= lostAfter) throw lost(url, givenUp);
      try {
        const answer = await attempt(method, path, body);
        givenUp = 0;
        return answer;
      } catch (error) {
        if (error instanceof RequestFailure) givenUp = 0;
        if (!(error instanceof Retriable)) throw error;
        if (made === (error.slow ? slowAttempts : attempts)) {
          givenUp++;
          throw new RequestFailure(`given up after ${made} attempts: ${error.message}`);
        }
        await sleep(Math.min(longestPause, error.wait ?? pause * 2 ** (made - 1)), closing.signal);
        if (closing.signal.aborted) throw closed();
      }
    }
  };

  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    if (running >= parallel) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      if (closing.signal.aborted) throw closed();
      return await persist(method, path, body);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };

  return {
    url,
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, body),
    close: () => closing.abort(),
  };
}

function readAnswer(response: Response, text: string, place: string): unknown {
  const { status } = response;
  if (status === 401 || status === 403) {
    throw new EngineError("endpoint.unauthorised", `${place}: the endpoint wants a key, or another one (${status})`, {
      hint: `Set ${keyVariable} to the key.`,
      exitCode: 2,
    });
  }
  const again = status === 408 || status === 429 || (status >= 500 && status !== 501);
  if (again) {
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    throw new Retriable(`status ${status}${said(text)}`, false, seconds > 0 ? seconds * 1000 : undefined);
  }
  if (!response.ok) throw new RequestFailure(`refused with status ${status}${said(text)}`, status);
  try {
    return JSON.parse(text);
  } catch {
    throw new Retriable(`an answer that is no JSON: ${JSON.stringify(text.slice(0, 80))}`, false);
  }
}

/** The server's own words on a fault, in the places where OpenAI's and vLLM's have them. */
function said(text: string): string {
  try {
    const body = JSON.parse(text) as { message?: unknown; detail?: unknown; error?: { message?: unknown } | string };
    const message = (typeof body.error === "object" ? body.error?.message : body.error) ?? body.message ?? body.detail;
    return typeof message === "string" ? `: ${message.slice(0, 300)}` : "";
  } catch {
    return "";
  }
}

function lost(url: string, requests: number): EngineError {
  return new EngineError("endpoint.lost", `${url}: the last ${requests} requests were not answered`, {
    hint: "What was answered is kept: start the server and run the same command again.",
  });
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
