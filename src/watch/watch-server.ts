/**
 * A page on this machine alone that shows a run as it goes: it listens on the loopback address, answers to loopback names only (a page
 * elsewhere cannot have it asked under a name of its own), knows three paths, and writes nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RecipeError } from "../errors.js";
import { watchFragment } from "./watch-fragment.js";
import { watchPage, watchScript } from "./watch-page.js";

export interface WatchServer {
  url: string;
  close(): Promise<void>;
}

const host = "127.0.0.1";
const names = new Set([host, "localhost"]);

const headers = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'",
  "x-content-type-options": "nosniff",
};

/** `port` 0: any free one. Throws `RecipeError` `watch.port` where it is taken. */
export async function startWatchServer(folder: string, port: number): Promise<WatchServer> {
  const server = createServer((request, response) => answer(folder, request, response));
  await listen(server, port);
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${chosen}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const hint = "Name another with --port; 0 takes any that is free.";
      reject(new RecipeError("watch.port", `port ${port}: ${cause.message}`, { cause, hint, exitCode: 1 }));
    });
    server.listen(port, host, resolve);
  });
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { status, type, body } = pageFor(folder, request);
  response.writeHead(status, { ...headers, "content-type": `${type}; charset=utf-8` });
  response.end(request.method === "HEAD" ? undefined : body);
}

interface Page {
  status: number;
  type: string;
  body: string;
}

function pageFor(folder: string, { url, method = "GET", headers: { host: asked = "" } }: IncomingMessage): Page {
  const plain = (status: number, body: string): Page => ({ status, type: "text/plain", body: `${body}\n` });
  if (!names.has(asked.replace(/:\d+$/, ""))) return plain(421, "not this host");
  if (method !== "GET" && method !== "HEAD") return plain(405, "read only");
  try {
    if (url === "/") return { status: 200, type: "text/html", body: watchPage(folder) };
    if (url === "/watch.js") return { status: 200, type: "text/javascript", body: watchScript };
    if (url === "/now") return { status: 200, type: "text/html", body: watchFragment(folder) };
    return plain(404, "there is no such page");
  } catch (error) {
    return plain(500, (error as Error).message);
  }
}
