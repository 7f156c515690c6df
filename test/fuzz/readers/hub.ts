/** What the hub answers: model info, file tree, headers and contents, from a server on this machine. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { resolveModelFolder } from "../../../src/model/resolve-model-folder.js";
import type { FuzzReader, Input } from "../fuzz-reader.js";
import { json } from "../seed-folder.js";

const commit = "0123456789abcdef0123456789abcdef01234567";
const sha1 = (data: Buffer): string => createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex");

const files = { "config.json": Buffer.from('{"model_type": "llama"}'), "tokenizer.json": Buffer.from('{"model": {}}') };

function hubInput(): Input {
  const tree = Object.entries(files).map(([name, data]) => ({
    type: "file",
    path: name,
    size: data.length,
    oid: sha1(data),
  }));
  const lfs = { oid: "f".repeat(64), size: 3, pointerSize: 130 };
  const other = { type: "file", path: "pytorch_model.bin", size: 3, oid: commit, lfs };
  return new Map([
    ["info.json", json({ _id: "1", id: "org/model", sha: commit })],
    ["tree.json", json([...tree, other, { type: "directory", path: "onnx", size: 0, oid: commit }])],
    ["headers.json", json({ etag: '"x"', "x-repo-commit": commit, link: "", "x-linked-size": "" })],
    ...Object.entries(files),
  ]);
}

/** The input that is being answered from. */
let folder = "";
let server: ReturnType<typeof createServer> | undefined;

const content = (name: string): Buffer => {
  const file = path.join(folder, name);
  return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
};

function answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(url, "http://localhost");
  try {
    const own: [string, unknown][] = [];
    try {
      own.push(...Object.entries(JSON.parse(content("headers.json").toString()) as object));
    } catch {
      // Damaged: there are none.
    }
    const usable = own.filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "");
    if (pathname.includes("/revision/"))
      return void response.writeHead(200, { "content-type": "application/json" }).end(content("info.json"));
    if (pathname.includes("/tree/")) {
      const link = usable.filter(([name]) => name === "link");
      return void response.writeHead(200, Object.fromEntries(link)).end(content("tree.json"));
    }
    const data = content(path.basename(pathname));
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
    const start = Math.min(Number(first ?? 0), data.length);
    const part = data.subarray(start, last ? Number(last) + 1 : undefined);
    const range = { "content-range": `bytes ${start}-${start + part.length - 1}/${data.length}` };
    const status = first === undefined ? 200 : 206;
    response.writeHead(status, { ...(first !== undefined && range), ...Object.fromEntries(usable) }).end(part);
  } catch {
    // Node refuses some headers before they are sent.
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  }
}

async function start(): Promise<string> {
  if (server === undefined) {
    server = createServer(answer);
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    server.unref();
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const hubReaders = {
  hub: {
    seeds: () => [hubInput()],
    names: ["org/model"],
    async read(input, out) {
      folder = input;
      for (const name of [
        "HF_TOKEN",
        "HF_TOKEN_PATH",
        "HF_HUB_CACHE",
        "HUGGINGFACE_HUB_CACHE",
        "LEP_OFFLINE",
        "HF_HUB_OFFLINE",
      ]) {
        delete process.env[name];
      }
      process.env.HF_ENDPOINT = await start();
      process.env.HF_HOME = out;
      await resolveModelFolder("org/model", { retries: 0, pauseMs: 0 });
    },
    // What arrived stays in the cache; under its final name it must be what its checksum says, and inside of the cache.
    fault(out) {
      const blobs = path.join(out, "hub", "models--org--model", "blobs");
      for (const name of existsSync(blobs) ? readdirSync(blobs) : []) {
        if (name.includes(".")) continue;
        const data = readFileSync(path.join(blobs, name));
        const sum = name.length === 40 ? sha1(data) : createHash("sha256").update(data).digest("hex");
        if (sum !== name) return `blob ${name} holds something else`;
      }
      return undefined;
    },
    slowness: 10,
  },
} as const satisfies Record<string, FuzzReader>;
