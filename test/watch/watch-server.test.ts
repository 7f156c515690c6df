import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { LepError } from "../../src/errors.js";
import { startWatchServer, type WatchServer } from "../../src/watch/watch-server.js";

const folder = mkdtempSync(path.join(tmpdir(), "lep-watch-"));
let server: WatchServer;
before(async () => {
  server = await startWatchServer(folder, 0);
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  body: string;
  policy: string;
}

/** Paths as they are, which fetch would tidy up. */
function ask(place: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const headers = { host: options.host ?? `${hostname}:${port}` };
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: place, method: options.method ?? "GET", headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(parts).toString(),
          policy: String(response.headers["content-security-policy"]),
        }),
      );
    })
      .on("error", reject)
      .end();
  });
}

test("before a run has begun, and as it goes", async () => {
  assert.match((await ask("/now")).body, /No run has begun/);
  const state = {
    ...{ name: "r", pid: process.pid, state: "running", warnings: ["<b>little text</b>"] },
    stages: [
      { stage: "vocabulary", state: "done", seconds: 3 },
      { stage: "pretraining", state: "running" },
    ],
    progress: { task: "training embeddings", done: 20, total: 100, unit: "steps", note: "loss 2.5" },
  };
  writeFileSync(path.join(folder, ".state.json"), JSON.stringify(state));
  writeFileSync(path.join(folder, "run.log"), "r\ntraining embeddings: 100 steps\n");
  const work = path.join(folder, ".pretraining.partial", ".work");
  mkdirSync(work, { recursive: true });
  const step = (number: number, loss: number): string =>
    `${JSON.stringify({ step: number, loss, learning_rate: 1, gradient_norm: 1, tokens: 9 })}\n`;
  writeFileSync(path.join(work, "training.jsonl"), `${step(1, 3)}${step(2, 2)}{"step":3,"lo`);
  const { body, status } = await ask("/now");
  assert.equal(status, 200);
  assert.match(body, /vocabulary<\/b><span>done, 3s/);
  assert.match(body, /training embeddings: 20 of 100 steps, loss 2\.5/);
  assert.match(body, /<progress [^>]*max="100" value="20"/);
  assert.match(body, /&lt;b&gt;little text/);
  assert.match(body, /loss, pretraining, nats per token/);
  assert.match(body, /training embeddings: 100 steps\n*<\/pre>/);
  const page = await ask("/");
  assert.ok(page.body.includes(body), "readable without the script");
  assert.match(page.policy, /default-src 'none'/);
});

test("a process that is gone, and a failure", async () => {
  const state = { name: "r", pid: 2 ** 22 + 7, state: "running", warnings: [], stages: [] };
  writeFileSync(path.join(folder, ".state.json"), JSON.stringify(state));
  assert.match((await ask("/now")).body, /The process is gone/);
  writeFileSync(
    path.join(folder, ".state.json"),
    JSON.stringify({ ...state, state: "failed", message: "a <disk> is full" }),
  );
  assert.match((await ask("/now")).body, /It failed: a &lt;disk&gt; is full/);
});

test("nobody else's names, no writing, no other paths, and nothing written", async () => {
  const before = readdirSync(folder);
  assert.equal((await ask("/", { host: "evil.example" })).status, 421);
  assert.equal((await ask("/", { host: "localhost:1" })).status, 200);
  assert.equal((await ask("/now", { method: "POST" })).status, 405);
  assert.equal((await ask("/../../etc/passwd")).status, 404);
  assert.equal((await ask("/run.log")).status, 404);
  assert.deepEqual(readdirSync(folder), before);
});

test("a port that is taken is named", async () => {
  const port = Number(new URL(server.url).port);
  await assert.rejects(startWatchServer(folder, port), (error) => {
    assert.ok(error instanceof LepError);
    assert.equal(error.code, "watch.port");
    assert.match(error.message, new RegExp(String(port)));
    return true;
  });
});
