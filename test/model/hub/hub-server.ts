/**
 * The part of the hub's interface that a download needs, on this machine only: model info, file tree, small files from the
 * hub itself, large ones (`lfs`) by a redirect to a second host, ranges, checksums, and faults on demand.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const commit = "0123456789abcdef0123456789abcdef01234567";

export interface Request {
  host: "hub" | "storage";
  url: string;
  range: string | undefined;
  authorization: string | undefined;
}

export interface HubServer {
  url: string;
  requests: Request[];
  /** The hub's answer to everything, where it is not its usual one. */
  refuses: number | undefined;
  /** The connection of this file ends after so many bytes of an answer. */
  cut: { file: string; bytes: number } | undefined;
  /** One byte of this file is another. */
  damages: string | undefined;
  /** Ranges are not honoured: the whole file comes. */
  ignoresRanges: boolean;
  /** The next requests of whose address this is a part are refused, so many of them. */
  failing: { address: RegExp; status: number; times: number } | undefined;
  /** Requests of whose address this is a part are never answered. */
  silent: RegExp | undefined;
  /** The second host is one whose signed addresses the library hands out; those of connections that were cut do not hold any longer. */
  signsAddresses: boolean;
  /** A second repository of the same type. */
  add(name: string, files: ReadonlyMap<string, Buffer>): void;
  close(): void;
}

const sha1 = (data: Buffer): string => createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex");
const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

/** What a hub in good order has. */
const inOrder = {
  refuses: undefined,
  cut: undefined,
  damages: undefined,
  ignoresRanges: false,
  failing: undefined,
  silent: undefined,
  signsAddresses: false,
} satisfies Partial<HubServer>;

/** Forgets requests and faults. */
export const putInOrder = (hub: HubServer): HubServer => Object.assign(hub, inOrder, { requests: [] });

export async function startHub(
  first: string,
  firstFiles: ReadonlyMap<string, Buffer>,
  type: "model" | "dataset" = "model",
): Promise<HubServer> {
  const repositories = new Map([[first, firstFiles]]);
  const isLarge = (file: string): boolean => /\.(safetensors|bin|parquet)$/.test(file);
  const entry = ([file, data]: [string, Buffer]): unknown => {
    const pointer = Buffer.from(`version 1\noid sha256:${sha256(data)}\nsize ${data.length}\n`);
    return {
      type: "file",
      path: file,
      size: data.length,
      oid: sha1(isLarge(file) ? pointer : data),
      ...(isLarge(file) && { lfs: { oid: sha256(data), size: data.length, pointerSize: pointer.length } }),
    };
  };

  /** False where the request is not to be answered as usual. */
  const note = (host: Request["host"], { url, headers }: IncomingMessage, response: ServerResponse): boolean => {
    hub.requests.push({ host, url: url!, range: headers.range, authorization: headers.authorization });
    if (hub.silent?.test(url!)) return false;
    if (!hub.failing?.address.test(url!) || hub.failing.times === 0) return true;
    hub.failing.times--;
    response.writeHead(hub.failing.status, { "content-type": "text/html" }).end("<h1>Sorry</h1>");
    return false;
  };
  let signatures = 0;
  const expired = new Set<string>();
  const answerHub = (request: IncomingMessage, response: ServerResponse): void => {
    if (!note("hub", request, response)) return;
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    const json = (value: unknown, status = 200): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    const [, escaped] = /\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(pathname) ?? [];
    const file = escaped && decodeURIComponent(escaped);
    const [, api, types = "models", name = "", action] =
      /^(\/api)?(?:\/(models|datasets))?\/([^/]+\/[^/]+)\/(.*)$/.exec(pathname) ?? [];
    const files = types === `${type}s` ? repositories.get(name) : undefined;
    const revision = api === undefined ? undefined : /^revision\/(.+)$/.exec(action ?? "")?.[1];
    if (hub.refuses !== undefined) json({ error: "Access to this model is restricted" }, hub.refuses);
    else if (files === undefined) json({ error: "Repository not found" }, 404);
    else if (revision !== undefined) {
      if (["main", "v1", commit].includes(revision)) json({ _id: "1", id: name, sha: commit });
      else json({ error: `Invalid rev id: ${revision}` }, 404);
    } else if (api !== undefined && action === `tree/${commit}`) {
      const all = searchParams.get("recursive") === "true";
      const listed = [...files].filter(([path]) => all || !/^[^./].*\//.test(path));
      json([...listed.map(entry), { type: "directory", path: "onnx", size: 0, oid: commit }]);
    } else if (file === undefined || !files.has(file)) json({ error: "Entry not found" }, 404);
    else if (isLarge(file)) {
      const data = files.get(file)!;
      const linked = {
        "x-repo-commit": commit,
        "x-linked-etag": `"${sha256(data)}"`,
        "x-linked-size": data.length,
        location: `${originOf(storage)}/${name}/${escaped}?signature=${++signatures}`,
      };
      response.writeHead(302, linked).end();
    } else {
      const data = files.get(file)!;
      send(file, data, request, response, { etag: `"${sha1(data)}"`, "x-repo-commit": commit });
    }
  };
  const answerStorage = (request: IncomingMessage, response: ServerResponse): void => {
    if (!note("storage", request, response)) return;
    const { pathname, search } = new URL(request.url!, "http://localhost");
    const [, name, file] = /^\/([^/]+\/[^/]+)\/(.+)$/.exec(decodeURIComponent(pathname))!;
    const data = repositories.get(name!)!.get(file!)!;
    if (hub.signsAddresses && expired.has(search)) response.writeHead(403).end();
    else {
      const headers = { etag: `"${sha256(data)}"`, ...(hub.signsAddresses && { "x-cache": "Hit from cloudfront" }) };
      send(file!, data, request, response, headers);
      if (hub.cut?.file === file && request.headers.range !== "bytes=0-0") expired.add(search);
    }
  };
  const send = (
    file: string,
    whole: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
    headers: object,
  ): void => {
    const data = Buffer.from(whole);
    if (hub.damages === file) data[data.length >> 1]! ^= 1;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const isProbe = last === "0";
    const start = first === undefined || (hub.ignoresRanges && !isProbe) ? undefined : Number(first);
    const part = data.subarray(start ?? 0, last ? Number(last) + 1 : data.length);
    response.writeHead(start === undefined ? 200 : 206, {
      ...headers,
      "content-type": "application/octet-stream",
      "content-length": part.length,
      ...(start !== undefined && {
        "content-range": `bytes ${start}-${start + part.length - 1}/${data.length}`,
      }),
    });
    if (hub.cut?.file !== file || isProbe) response.end(part);
    else {
      response.flushHeaders();
      response.write(part.subarray(0, hub.cut.bytes));
      setTimeout(() => response.destroy(), 5);
    }
  };

  const servers = [createServer(answerHub), createServer(answerStorage)];
  const [front, storage] = servers as [(typeof servers)[0], (typeof servers)[0]];
  const originOf = (server: typeof front): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hub: HubServer = {
    url: originOf(front),
    requests: [],
    ...inOrder,
    add(name, files) {
      repositories.set(name, files);
    },
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
  return hub;
}
