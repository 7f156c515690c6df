import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, beforeEach, test } from "node:test";
import fc from "fast-check";
import { LepError } from "../../src/errors.js";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { hubOrigin } from "../../src/model/hub/hub-cache.js";
import { createRandomModel } from "../../src/model/random-model.js";
import { resolveModelFolder } from "../../src/model/resolve-model-folder.js";
import { commit, startHub } from "./hub/hub-server.js";
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
  Object.assign(hub, { requests: [], refuses: undefined, cut: undefined, damages: undefined, ignoresRanges: false });
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
  const dead = await failure(resolveModelFolder("org/model"));
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
