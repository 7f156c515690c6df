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
  /** A second repository of the same type. */
  add(name: string, files: ReadonlyMap<string, Buffer>): void;
  close(): void;
}

const sha1 = (data: Buffer): string => createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex");
const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

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

  const note = (host: Request["host"], { url, headers }: IncomingMessage): void => {
    hub.requests.push({ host, url: url!, range: headers.range, authorization: headers.authorization });
  };
  const answerHub = (request: IncomingMessage, response: ServerResponse): void => {
    note("hub", request);
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    const json = (value: unknown, status = 200): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    const [, file] = /\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(pathname) ?? [];
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
      const linked = {
        "x-repo-commit": commit,
        "x-linked-etag": `"${sha256(files.get(file)!)}"`,
        "x-linked-size": files.get(file)!.length,
        location: `${originOf(storage)}/${name}/${file}`,
      };
      response.writeHead(302, linked).end();
    } else {
      const data = files.get(file)!;
      send(file, data, request, response, { etag: `"${sha1(data)}"`, "x-repo-commit": commit });
    }
  };
  const answerStorage = (request: IncomingMessage, response: ServerResponse): void => {
    note("storage", request);
    const [, name, file] = /^\/([^/]+\/[^/]+)\/(.+)$/.exec(request.url!)!;
    const data = repositories.get(name!)!.get(file!)!;
    send(file!, data, request, response, { etag: `"${sha256(data)}"` });
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
    refuses: undefined,
    cut: undefined,
    damages: undefined,
    ignoresRanges: false,
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
