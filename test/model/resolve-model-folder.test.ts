import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, beforeEach, test } from "node:test";
import { CheckpointError } from "../../src/errors.js";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { resolveModelFolder } from "../../src/model/resolve-model-folder.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyConfig } from "./tiny-config.js";
import { writeTinyTokenizer } from "./tiny-tokenizer.js";

const root = temporaryFolder();
const source = path.join(root, "source");
createRandomModel(source, tinyConfig(), { seed: 1, dtype: "BF16" });
writeTinyTokenizer(source);
const read = (name: string): Buffer => readFileSync(path.join(source, name));
const commit = "0123456789abcdef0123456789abcdef01234567";
const wanted = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const others = new Map([
  ["README.md", Buffer.from("not wanted")],
  ["pytorch_model.bin", Buffer.from("not wanted")],
  ["consolidated.safetensors", Buffer.from("not wanted")],
]);
const files = new Map([...wanted.map((name): [string, Buffer] => [name, read(name)]), ...others]);

// The part of the hub's interface that a download needs, on this machine only.
let behaviour: "works" | "gated" | "breaks off" = "works";
let requests: { url: string; authorization: string | undefined }[] = [];
const entry = (name: string) => ({
  type: "file",
  path: name,
  size: files.get(name)!.length,
  oid: Buffer.from(name.padEnd(20, "-").slice(0, 20)).toString("hex"),
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, "http://localhost");
  requests.push({ url: url.pathname, authorization: request.headers.authorization });
  const json = (value: unknown, status = 200): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  const [, name] = /\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(url.pathname) ?? [];
  if (behaviour === "gated") json({ error: "Access to this model is restricted" }, 403);
  else if (!url.pathname.includes("org/model")) json({ error: "Repository not found" }, 404);
  else if (url.pathname === "/api/models/org/model/revision/main") json({ _id: "1", id: "org/model", sha: commit });
  else if (url.pathname === `/api/models/org/model/tree/${commit}`) {
    json([...files.keys()].map(entry).concat({ ...entry("README.md"), type: "directory", path: "onnx" }));
  } else if (url.pathname === `/api/models/org/model/paths-info/${commit}`) {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => json((JSON.parse(body) as { paths: string[] }).paths.map(entry)));
  } else if (name !== undefined && files.has(name)) send(files.get(name)!, name, request, response);
  else json({ error: "no such thing" }, 404);
}

function send(data: Buffer, name: string, request: IncomingMessage, response: ServerResponse): void {
  const headers = { etag: `"${name}"`, "content-type": "application/octet-stream" };
  if (request.headers.range === "bytes=0-0") {
    response.writeHead(206, { ...headers, "content-range": `bytes 0-0/${data.length}` }).end(data.subarray(0, 1));
  } else if (behaviour === "breaks off" && name === "model.safetensors") {
    response.writeHead(200, { ...headers, "content-length": data.length });
    response.write(data.subarray(0, 1000), () => response.destroy());
  } else response.writeHead(200, headers).end(data);
}

const server = createServer(answer);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => {
  server.closeAllConnections();
  server.close();
});

let homes = 0;
beforeEach(() => {
  behaviour = "works";
  requests = [];
  for (const name of ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "LEP_OFFLINE"]) delete process.env[name];
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  process.env.HF_HOME = path.join(root, `home-${homes++}`);
});

async function failure(work: Promise<unknown>): Promise<CheckpointError> {
  const error = await work.then(
    () => assert.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof CheckpointError, String(error));
  return error;
}

test("a folder is itself, without any request", async () => {
  assert.equal(await resolveModelFolder(source), source);
  assert.deepEqual(requests, []);
});

test("a hub id is downloaded once, with the files of the model only", async () => {
  process.env.HF_TOKEN = "hf_secret";
  const seen: string[] = [];
  const folder = await resolveModelFolder("org/model", { onFile: (name) => seen.push(name) });
  assert.ok(folder.startsWith(process.env.HF_HOME!), folder);
  assert.deepEqual(seen, wanted);
  for (const name of wanted) assert.deepEqual(readFileSync(path.join(folder, name)), read(name));
  for (const name of others.keys()) assert.equal(existsSync(path.join(folder, name)), false, name);
  openCheckpoint(folder).close();
  assert.ok(requests.every((request) => request.authorization === "Bearer hf_secret"));

  requests = [];
  assert.equal(await resolveModelFolder("org/model"), folder);
  assert.equal(
    requests.some((request) => request.url.includes("/resolve/")),
    false,
  );

  requests = [];
  assert.equal(await resolveModelFolder("org/model", { offline: true }), folder);
  process.env.LEP_OFFLINE = "1";
  assert.equal(await resolveModelFolder("org/model"), folder);
  assert.deepEqual(requests, []);
});

test("without weights only the small files come", async () => {
  const folder = await resolveModelFolder("org/model", { weights: false });
  assert.equal(existsSync(path.join(folder, "tokenizer.json")), true);
  assert.equal(existsSync(path.join(folder, "model.safetensors")), false);
});

test("offline, what was never downloaded is refused without a request", async () => {
  process.env.LEP_OFFLINE = "1";
  const error = await failure(resolveModelFolder("org/model"));
  assert.equal(error.code, "checkpoint.offline");
  assert.deepEqual(requests, []);
});

test("a name that is neither, a gated model and a dead network are told apart", async () => {
  assert.match((await failure(resolveModelFolder("org/other"))).hint!, /spelling/);
  assert.equal((await failure(resolveModelFolder("./org/other"))).code, "checkpoint.not_found");
  assert.equal((await failure(resolveModelFolder("../x"))).code, "checkpoint.not_found");
  writeFileSync(path.join(root, "file"), "");
  assert.match((await failure(resolveModelFolder(path.join(root, "file")))).message, /not a folder/);
  behaviour = "gated";
  process.env.HF_TOKEN = "hf_secret";
  const gated = await failure(resolveModelFolder("org/model"));
  assert.match(gated.hint!, /HF_TOKEN/);
  process.env.HF_ENDPOINT = "http://127.0.0.1:1";
  const dead = await failure(resolveModelFolder("org/model"));
  assert.match(dead.hint!, /network/);
  for (const error of [gated, dead]) assert.equal(error.message.includes("hf_secret"), false);
});

test("a download that breaks off is an error, leaves no file under its name, and works the next time", async () => {
  behaviour = "breaks off";
  const error = await failure(resolveModelFolder("org/model"));
  assert.equal(error.code, "checkpoint.download_failed");
  assert.equal((await failure(resolveModelFolder("org/model", { offline: true }))).code, "checkpoint.offline");
  behaviour = "works";
  openCheckpoint(await resolveModelFolder("org/model")).close();
});
