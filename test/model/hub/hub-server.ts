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
  close(): void;
}

const sha1 = (data: Buffer): string => createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex");
const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

export async function startHub(name: string, files: ReadonlyMap<string, Buffer>): Promise<HubServer> {
  const isLarge = (file: string): boolean => file.endsWith(".safetensors") || file.endsWith(".bin");
  const entry = (file: string): unknown => {
    const data = files.get(file)!;
    const pointer = Buffer.from(`version 1\noid sha256:${sha256(data)}\nsize ${data.length}\n`);
    return {
      type: "file",
      path: file,
      size: data.length,
      oid: sha1(isLarge(file) ? pointer : data),
      ...(isLarge(file) && { lfs: { oid: sha256(data), size: data.length, pointerSize: pointer.length } }),
    };
  };

  const note = (host: Request["host"], { url, headers }: IncomingMessage): void => {
    hub.requests.push({ host, url: url!, range: headers.range, authorization: headers.authorization });
  };
  const answerHub = (request: IncomingMessage, response: ServerResponse): void => {
    note("hub", request);
    const { pathname } = new URL(request.url!, "http://localhost");
    const json = (value: unknown, status = 200): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    const [, file] = /\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(pathname) ?? [];
    const revision = /^\/api\/models\/[^/]+\/[^/]+\/revision\/(.+)$/.exec(pathname)?.[1];
    if (hub.refuses !== undefined) json({ error: "Access to this model is restricted" }, hub.refuses);
    else if (!pathname.replace("/api/models", "").startsWith(`/${name}/`)) json({ error: "Repository not found" }, 404);
    else if (revision !== undefined) {
      if (["main", "v1", commit].includes(revision)) json({ _id: "1", id: name, sha: commit });
      else json({ error: `Invalid rev id: ${revision}` }, 404);
    } else if (pathname === `/api/models/${name}/tree/${commit}`) {
      json([...[...files.keys()].map(entry), { type: "directory", path: "onnx", size: 0, oid: commit }]);
    } else if (file === undefined || !files.has(file)) json({ error: "Entry not found" }, 404);
    else if (isLarge(file)) {
      const linked = {
        "x-repo-commit": commit,
        "x-linked-etag": `"${sha256(files.get(file)!)}"`,
        "x-linked-size": files.get(file)!.length,
        location: `${originOf(storage)}/${file}`,
      };
      response.writeHead(302, linked).end();
    } else send(file, request, response, { etag: `"${sha1(files.get(file)!)}"`, "x-repo-commit": commit });
  };
  const answerStorage = (request: IncomingMessage, response: ServerResponse): void => {
    note("storage", request);
    const file = request.url!.slice(1);
    send(file, request, response, { etag: `"${sha256(files.get(file)!)}"` });
  };
  const send = (file: string, request: IncomingMessage, response: ServerResponse, headers: object): void => {
    const data = Buffer.from(files.get(file)!);
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
    refuses: undefined,
    cut: undefined,
    damages: undefined,
    ignoresRanges: false,
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
  return hub;
}
