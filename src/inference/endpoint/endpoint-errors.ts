import { EngineError } from "../../errors.js";

/** One request failed, and is given up; the next may be answered. */
export class RequestFailure extends EngineError {
  constructor(
    message: string,
    /** HTTP status, where the server refused it. */
    readonly status?: number,
  ) {
    super("endpoint.request", message);
  }
}

/** The server's answer lacks something, or has something else in its place. */
export function malformed(what: string): RequestFailure {
  return new RequestFailure(`the endpoint's answer has ${what}`);
}
