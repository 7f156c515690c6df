import { EngineError } from "../../errors.js";

/** The variable that holds the key; nowhere else is one taken from, and nowhere is it written to. */
export const keyVariable = "LEP_ENDPOINT_KEY";

/**
 * The server's address without a slash or `/v1` at the end: what is stored and shown.
 * Throws `EngineError` where it is no address, or holds a password or a query, which would be stored.
 */
export function endpointUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new EngineError("endpoint.url", "--endpoint: this is not an address that begins with http:// or https://", {
      hint: "For example http://localhost:8000.",
      exitCode: 2,
    });
  }
  if (url.username || url.password || url.search || url.hash) {
    const shown = `${url.protocol}//${url.host}${url.pathname}`;
    throw new EngineError("endpoint.url", `--endpoint ${shown}: more than an address stands there`, {
      hint: `Leave out names, passwords and what follows ? or #; a key belongs into the variable ${keyVariable}.`,
      exitCode: 2,
    });
  }
  const path = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
  return `${url.protocol}//${url.host}${path}`;
}

/** Whether an address is one of this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
}
