import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, beforeEach, test } from "node:test";
import fc from "fast-check";
import { LepError } from "../../src/errors.js";
import { copyTensor, openCheckpoint, writeCheckpoint } from "../../src/model/checkpoint.js";
import { downloadSnapshot } from "../../src/model/hub/download-snapshot.js";
import { hubOrigin } from "../../src/model/hub/hub-cache.js";
import type { HubId } from "../../src/model/hub/hub-id.js";
import { modelFiles } from "../../src/model/hub/model-files.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { resolveModelFolder } from "../../src/model/resolve-model-folder.js";
import { tensorBytes } from "../../src/model/tensor-source.js";
import { commit, putInOrder, startHub } from "./hub/hub-server.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyConfig } from "./tiny-config.js";
import { writeTinyTokenizer } from "./tiny-tokenizer.js";

const root = temporaryFolder();
const source = path.join(root, "source");
createRandomModel(source, tinyConfig(), { seed: 1, dtype: "BF16" });
writeTinyTokenizer(source);
writeFileSync(path.join(source, "README.md"), "---\nlicense: mit\n---\n");
const read = (name: string): Buffer => readFileSync(path.join(source, name));
const wanted = ["README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const others = new Map(
  ["pytorch_model.bin", "consolidated.safetensors", "../escape.tiktoken"].map((name) => [name, Buffer.from("no")]),
);
const hub = await startHub("org/model", new Map([...wanted.map((name) => [name, read(name)] as const), ...others]));
after(() => hub.close());

const variables = [
  "HF_HUB_CACHE",
  "HUGGINGFACE_HUB_CACHE",
  "HF_TOKEN",
  "HF_TOKEN_PATH",
  "HF_HUB_OFFLINE",
  "LEP_OFFLINE",
];
let homes = 0;
beforeEach(() => {
  putInOrder(hub);
  for (const name of variables) delete process.env[name];
  process.env.HF_ENDPOINT = `${hub.url}/`;
  process.env.HF_HOME = path.join(root, `home-${homes++}`);
});

const once = { retries: 0 };
const cached = (...names: string[]): string => path.join(process.env.HF_HOME!, "hub", "models--org--model", ...names);

async function failure(work: Promise<unknown>): Promise<LepError> {
  const error = await work.then(
    () => assert.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof LepError, String(error));
  return error;
}

test("a folder is itself, without any request", async () => {
  assert.equal(await resolveModelFolder(source), source);
  assert.deepEqual(hub.requests, []);
});

test("a hub id is downloaded once, with the files of the model only", async () => {
  process.env.HF_TOKEN = "hf_secret";
  const reports: [number, number][] = [];
  const folder = await resolveModelFolder("org/model", { progress: ({ done, total }) => reports.push([done, total]) });
  assert.equal(folder, cached("snapshots", commit));
  assert.deepEqual(readdirSync(folder).sort(), wanted);
  for (const name of wanted) assert.deepEqual(readFileSync(path.join(folder, name)), read(name));
  openCheckpoint(folder).close();
  assert.equal(readFileSync(cached("refs", "main"), "utf8"), commit);
  assert.equal(readdirSync(cached("blobs")).length, wanted.length);
  const all = wanted.reduce((sum, name) => sum + read(name).length, 0);
  assert.deepEqual(reports.at(-1), [all, all]);
  assert.deepEqual(hubOrigin(folder), { name: "org/model", commit });

  hub.requests = [];
  assert.equal(await resolveModelFolder("org/model"), folder);
  assert.equal(
    hub.requests.some((request) => request.url.includes("/resolve/")),
    false,
  );

  hub.requests = [];
  assert.equal(await resolveModelFolder("org/model", { offline: true }), folder);
  for (const name of ["LEP_OFFLINE", "HF_HUB_OFFLINE"]) {
    process.env[name] = "1";
    assert.equal(await resolveModelFolder("org/model"), folder);
    delete process.env[name];
  }
  assert.deepEqual(hub.requests, []);
});

test("the token of the environment, else of the file, goes to the hub and to no other host", async () => {
  mkdirSync(process.env.HF_HOME!, { recursive: true });
  writeFileSync(path.join(process.env.HF_HOME!, "token"), "hf_file\n");
  await resolveModelFolder("org/model");
  const seen = (host: string): Set<string | undefined> =>
    new Set(hub.requests.filter((request) => request.host === host).map((request) => request.authorization));
  assert.deepEqual(seen("hub"), new Set(["Bearer hf_file"]));
  assert.deepEqual(seen("storage"), new Set([undefined]));
  hub.requests = [];
  process.env.HF_TOKEN = "hf_environment";
  await resolveModelFolder("org/model");
  assert.deepEqual(seen("hub"), new Set(["Bearer hf_environment"]));
  // Of a workflow, for an hour.
  process.env.HF_TOKEN = "hf_jwt_eyJh.eyJz.c2ln";
  hub.requests = [];
  await resolveModelFolder("org/model");
  assert.deepEqual(seen("hub"), new Set(["Bearer hf_jwt_eyJh.eyJz.c2ln"]));
  process.env.HF_TOKEN = "my password";
  const error = await failure(resolveModelFolder("org/model"));
  assert.equal(error.code, "checkpoint.hub_token");
  assert.equal(error.message.includes("password"), false);
});

test("without weights only the small files come", async () => {
  const folder = await resolveModelFolder("org/model", { weights: false });
  assert.equal(existsSync(path.join(folder, "tokenizer.json")), true);
  assert.equal(existsSync(path.join(folder, "model.safetensors")), false);
  assert.equal(await resolveModelFolder("org/model", { weights: false, offline: true }), folder);
  const error = await failure(resolveModelFolder("org/model", { offline: true }));
  assert.match(error.message, /only its tokenizer/);
});

test("a branch, a tag and a commit are revisions of their own", async () => {
  const folder = await resolveModelFolder("org/model@v1");
  assert.equal(readFileSync(cached("refs", "v1"), "utf8"), commit);
  assert.equal(existsSync(cached("refs", "main")), false);
  assert.equal(await resolveModelFolder("org/model@v1", { offline: true }), folder);
  assert.equal(await resolveModelFolder(`org/model@${commit}`, { offline: true }), folder);
  assert.equal((await failure(resolveModelFolder("org/model", { offline: true }))).code, "checkpoint.offline");
  assert.equal((await failure(resolveModelFolder("org/model@../../x"))).code, "checkpoint.not_found");
  const error = await failure(resolveModelFolder("org/model@v2"));
  assert.equal(error.code, "checkpoint.hub_not_found");
  assert.match(error.message, /org\/model@v2.*Invalid rev id: v2/);
});

test("offline, what was never downloaded is refused without a request", async () => {
  process.env.LEP_OFFLINE = "1";
  const error = await failure(resolveModelFolder("org/model"));
  assert.deepEqual([error.code, error.exitCode], ["checkpoint.offline", 2]);
  assert.deepEqual(hub.requests, []);
});

test("a name that is neither, no rights, a hub out of order and a dead network are told apart", async () => {
  const other = await failure(resolveModelFolder("org/other"));
  assert.deepEqual([other.code, other.exitCode], ["checkpoint.hub_not_found", 2]);
  assert.match(other.hint!, /spelling/);
  assert.equal((await failure(resolveModelFolder("./org/other"))).code, "checkpoint.not_found");
  assert.equal((await failure(resolveModelFolder("../x"))).code, "checkpoint.not_found");
  writeFileSync(path.join(root, "file"), "");
  assert.match((await failure(resolveModelFolder(path.join(root, "file")))).message, /not a folder/);
  hub.refuses = 401;
  assert.match((await failure(resolveModelFolder("org/model"))).hint!, /set HF_TOKEN/);
  process.env.HF_TOKEN = "hf_secret";
  hub.refuses = 403;
  const gated = await failure(resolveModelFolder("org/model"));
  assert.deepEqual([gated.code, gated.exitCode], ["checkpoint.hub_access", 2]);
  assert.match(gated.message, /restricted/);
  hub.refuses = 503;
  const broken = await failure(resolveModelFolder("org/model", once));
  process.env.HF_ENDPOINT = "http://127.0.0.1:1";
  const dead = await failure(resolveModelFolder("org/model", once));
  for (const error of [broken, dead]) {
    assert.deepEqual([error.code, error.exitCode], ["checkpoint.download_failed", 1]);
    assert.match(error.hint!, /network/);
  }
  for (const error of [gated, broken, dead]) assert.equal(error.message.includes("hf_secret"), false);
  assert.equal(existsSync(cached("refs", "main")), false);
});

test("cut off at any byte, nothing has a name that looks whole, and the next start asks for the rest only", async () => {
  const bytes = read("model.safetensors").length;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes - 1 }), async (at) => {
      process.env.HF_HOME = path.join(root, `home-${homes++}`);
      hub.cut = { file: "model.safetensors", bytes: at };
      const error = await failure(resolveModelFolder("org/model", once));
      assert.deepEqual([error.code, error.exitCode], ["checkpoint.download_failed", 1]);
      assert.equal(existsSync(cached("snapshots", commit, "model.safetensors")), false);
      assert.equal((await failure(resolveModelFolder("org/model", { offline: true }))).code, "checkpoint.offline");
      const [partial, ...more] = readdirSync(cached("blobs")).filter((name) => name.endsWith(".incomplete"));
      assert.deepEqual(more, []);
      const there = readFileSync(cached("blobs", partial!)).length;
      assert.ok(there <= at);
      hub.cut = undefined;
      hub.requests = [];
      openCheckpoint(await resolveModelFolder("org/model", once)).close();
      assert.ok(hub.requests.some(({ host, range }) => host === "storage" && range === `bytes=${there}-`));
    }),
    { numRuns: 6, examples: [[0], [1], [bytes - 1]] },
  );
});

test("connections that keep breaking are continued as long as each brings something", async () => {
  hub.cut = { file: "model.safetensors", bytes: 40_000 };
  const folder = await resolveModelFolder("org/model", { retries: 1, pauseMs: 1 });
  assert.deepEqual(readFileSync(path.join(folder, "model.safetensors")), read("model.safetensors"));
  assert.ok(hub.requests.filter(({ host }) => host === "storage").length > 3);
});

test("a server that knows no ranges sends the file again", async () => {
  hub.cut = { file: "model.safetensors", bytes: 5000 };
  await failure(resolveModelFolder("org/model", once));
  Object.assign(hub, { cut: undefined, ignoresRanges: true });
  openCheckpoint(await resolveModelFolder("org/model", once)).close();
});

test("what a killed process left is continued, a partial file of other bytes is not believed", async () => {
  hub.cut = { file: "model.safetensors", bytes: 5000 };
  await failure(resolveModelFolder("org/model", once));
  hub.cut = undefined;
  const [partial] = readdirSync(cached("blobs")).filter((name) => name.endsWith(".incomplete"));
  const dead = partial!.replace(".incomplete", ".999999999.incomplete");
  renameSync(cached("blobs", partial!), cached("blobs", dead));
  writeFileSync(cached("blobs", dead), Buffer.alloc(7));
  const error = await failure(resolveModelFolder("org/model", once));
  assert.deepEqual([error.code, error.exitCode], ["checkpoint.checksum", 1]);
  assert.equal(
    readdirSync(cached("blobs")).some((name) => name.endsWith(".incomplete")),
    false,
  );
  openCheckpoint(await resolveModelFolder("org/model", once)).close();
});

test("a hub that is out of order for a moment is asked again, whatever was asked", async () => {
  for (const address of [
    /\/revision\//,
    /\/tree\//,
    /\/resolve\/.*\/config\.json$/,
    /^\/org\/model\/model\.safetensors/,
  ]) {
    for (const status of [429, 500, 503]) {
      process.env.HF_HOME = path.join(root, `home-${homes++}`);
      hub.failing = { address, status, times: 2 };
      const error = await failure(resolveModelFolder("org/model", { retries: 1, pauseMs: 1 }));
      assert.deepEqual([error.code, error.exitCode, hub.failing.times], ["checkpoint.download_failed", 1, 0]);
      hub.failing.times = 2;
      openCheckpoint(await resolveModelFolder("org/model", { retries: 2, pauseMs: 1 })).close();
    }
  }
  // Nothing to wait for: the file is one for which the model's terms have to be accepted.
  process.env.HF_HOME = path.join(root, `home-${homes++}`);
  hub.failing = { address: /\/resolve\//, status: 403, times: 1 };
  const gated = await failure(resolveModelFolder("org/model", { retries: 2, pauseMs: 1 }));
  assert.deepEqual([gated.code, gated.exitCode, hub.failing.times], ["checkpoint.hub_access", 2, 0]);
});

test("who does not answer is not waited for without end, and Ctrl-C does not wait either", async () => {
  for (const silent of [/\/revision\//, /\/tree\//, /\/resolve\//, /^\/org\/model\/model\.safetensors/]) {
    process.env.HF_HOME = path.join(root, `home-${homes++}`);
    hub.silent = silent;
    const error = await failure(resolveModelFolder("org/model", { ...once, stallMs: 60 }));
    assert.deepEqual([error.code, error.exitCode], ["checkpoint.download_failed", 1]);
    assert.match(error.message, /nothing came for 0\.06 s/);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const interrupted = await failure(resolveModelFolder("org/model", { ...once, signal: controller.signal }));
    assert.equal(interrupted.code, "run.interrupted");
  }
});

test("an address on another host is not told the token, and asked for anew when it does not hold any longer", async () => {
  process.env.HF_TOKEN = "hf_secret";
  Object.assign(hub, { signsAddresses: true, cut: { file: "model.safetensors", bytes: 40_000 } });
  openCheckpoint(await resolveModelFolder("org/model", { retries: 1, pauseMs: 1 })).close();
  const storage = hub.requests.filter(({ host }) => host === "storage");
  assert.ok(storage.length > 3);
  for (const { authorization } of storage) assert.equal(authorization, undefined);
});

/** The source in two shards of these names, with an index that names `indexed`. */
function sharded(names: [string, string], indexed: [string, string] = names): Map<string, Buffer> {
  const folder = path.join(root, `sharded-${homes++}`);
  const checkpoint = openCheckpoint(source);
  const tensors = [...checkpoint.tensors.keys()].map((name) => copyTensor(checkpoint, name));
  const half = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0) / 2 + 1000;
  writeCheckpoint(folder, checkpoint.config.raw, tensors, { maxShardBytes: half });
  checkpoint.close();
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))]));
  let index = files.get("model.safetensors.index.json")!.toString();
  for (const i of [0, 1] as const) {
    const shard = `model-0000${i + 1}-of-00002.safetensors`;
    files.set(names[i], files.get(shard)!);
    files.delete(shard);
    index = index.replaceAll(JSON.stringify(shard), JSON.stringify(indexed[i]));
  }
  return files.set("model.safetensors.index.json", Buffer.from(index));
}

test("shards by any name come where the index names them, and no others", async () => {
  const files = sharded(["part-a.safetensors", "weights 100% #2?.safetensors"]);
  const odd = await startHub("org/odd", new Map([...files, ["consolidated.safetensors", Buffer.from("no")]]));
  try {
    process.env.HF_ENDPOINT = odd.url;
    const folder = await resolveModelFolder("org/odd", once);
    openCheckpoint(folder).close();
    assert.deepEqual(readdirSync(folder).sort(), [...files.keys()].sort());
  } finally {
    odd.close();
  }
});

test("an index that names what is not there, or places elsewhere: said before the weights come", async () => {
  const names: [string, string] = ["a.safetensors", "b.safetensors"];
  for (const [other, code] of [
    ["c.safetensors", "checkpoint.shard_missing"],
    ["../b.safetensors", "checkpoint.index_invalid"],
    ["/etc/b.safetensors", "checkpoint.index_invalid"],
  ] as const) {
    const broken = await startHub("org/broken", sharded(names, ["a.safetensors", other]));
    try {
      process.env.HF_ENDPOINT = broken.url;
      const error = await failure(resolveModelFolder("org/broken", once));
      assert.deepEqual([error.code, error.exitCode], [code, 2]);
      assert.ok(error.message.includes(other) && error.message.includes("model.safetensors.index.json"));
      assert.deepEqual(
        broken.requests.filter(({ host }) => host === "storage"),
        [],
      );
    } finally {
      broken.close();
    }
  }
});

test("an adapter comes with its own weights and no others", async () => {
  const names = ["adapter_config.json", "adapter_model.safetensors", "optimizer.bin"];
  const adapter = await startHub("org/adapter", new Map(names.map((name) => [name, Buffer.from("{}")])));
  try {
    process.env.HF_ENDPOINT = adapter.url;
    const id: HubId = { type: "model", name: "org/adapter", revision: "main" };
    const folder = await downloadSnapshot(id, (paths, fetchOne) => modelFiles(id, paths, true, fetchOne), once);
    assert.deepEqual(readdirSync(folder).sort(), names.slice(0, 2));
  } finally {
    adapter.close();
  }
});

test("without an index and model.safetensors all weights come", async () => {
  const weights = new Map([
    ["config.json", read("config.json")],
    ["llama.safetensors", read("model.safetensors")],
  ]);
  const other = await startHub("org/other", weights);
  try {
    process.env.HF_ENDPOINT = other.url;
    openCheckpoint(await resolveModelFolder("org/other", once)).close();
  } finally {
    other.close();
  }
});

test("a file with another checksum is thrown away, large or small", async () => {
  for (const file of ["config.json", "model.safetensors"]) {
    hub.damages = file;
    const error = await failure(resolveModelFolder("org/model", once));
    assert.deepEqual([error.code, error.exitCode], ["checkpoint.checksum", 1]);
    assert.ok(error.message.includes(file));
    assert.equal(existsSync(cached("snapshots", commit, file)), false);
    hub.damages = undefined;
  }
  openCheckpoint(await resolveModelFolder("org/model", once)).close();
});

test("a cache that cannot be written is named, and not the network", async () => {
  process.env.HF_HOME = path.join(root, "no-folder");
  writeFileSync(process.env.HF_HOME, "");
  const error = await failure(resolveModelFolder("org/model", once));
  assert.deepEqual([error.code, error.exitCode], ["output.write_failed", 1]);
  assert.match(error.message, /no-folder.*ENOTDIR/);
});

test("two at once in one process share what is downloaded", async () => {
  const [one, two] = await Promise.all([
    resolveModelFolder("org/model", once),
    resolveModelFolder("org/model@v1", once),
  ]);
  assert.equal(one, two);
  openCheckpoint(one).close();
  assert.equal(hub.requests.filter(({ host, range }) => host === "storage" && range === "bytes=0-").length, 1);
});

test("an interruption ends the download and keeps what has come", async () => {
  const controller = new AbortController();
  const error = await failure(
    resolveModelFolder("org/model", {
      signal: controller.signal,
      progress: ({ note }) => {
        if (note === "model.safetensors") controller.abort();
      },
    }),
  );
  assert.equal(error.code, "run.interrupted");
  assert.equal(existsSync(cached("refs", "main")), false);
  openCheckpoint(await resolveModelFolder("org/model", once)).close();
});
