import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openCheckpoint } from "../../src/model/checkpoint.js";
import { packageRoot } from "../../src/package-root.js";
import { startHub } from "../model/hub/hub-server.js";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "lep-files-"));
const tiny = path.join(packageRoot(), "data", "tiny-base");
const hub = await startHub(
  "org/tiny",
  new Map(readdirSync(tiny).map((name) => [name, readFileSync(path.join(tiny, name))] as const)),
);
after(() => {
  hub.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Not spawnSync: the hub answers in this process. */
async function lep(...given: string[]): Promise<{ code: number | null; out: string; error: string }> {
  const env = { ...process.env, HF_ENDPOINT: hub.url, HF_HOME: path.join(folder, "home"), LEP_OFFLINE: "" };
  const child = spawn(process.execPath, [main, ...given], { cwd: packageRoot(), env });
  let [out, error] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    error += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, error };
}

test("a hub id where a model is expected: refused, damaged, downloaded, and offline the next time", async () => {
  const out = path.join(folder, "tiny.gguf");
  const exported = (...more: string[]) => lep("export", "--out", out, "--type", "f16", "--json", ...more);
  const unknown = await exported("--model", "org/typo");
  assert.equal(unknown.code, 2);
  assert.match(unknown.error, /lep: org\/typo: .*no such model.*\nhint: Check the spelling/s);
  hub.damages = "model.safetensors";
  const damaged = await exported("--model", "org/tiny");
  assert.equal(damaged.code, 1);
  assert.match(damaged.error, /checksum/);
  assert.equal(existsSync(out), false);
  hub.damages = undefined;
  const whole = await exported("--model", "org/tiny@main");
  assert.equal(whole.code, 0, whole.error);
  assert.match(whole.error, /downloading org\/tiny: \d+ bytes/);
  assert.equal(whole.out.trim().split("\n").length, 1);
  hub.requests = [];
  assert.equal((await exported("--model", "org/tiny", "--offline")).code, 0);
  assert.deepEqual(hub.requests, []);
});

test("--shard-size cuts the weights into files with an index, and the card says what was done", async () => {
  const out = path.join(folder, "sharded");
  const given = ["init", "--model", tiny, "--tokenizer", tiny, "--out", out];
  const wrong = await lep(...given, "--shard-size", "5 apples");
  assert.equal(wrong.code, 2);
  assert.match(wrong.error, /shard_size.*KB, MB/s);
  const { code, error } = await lep(...given, "--shard-size", "700KB", "--languages", "ru");
  assert.equal(code, 0, error);
  const shards = readdirSync(out).filter((name) => name.endsWith(".safetensors"));
  assert.ok(shards.length > 2);
  assert.deepEqual(
    shards,
    shards.map((_, i) => `model-0000${i + 1}-of-0000${shards.length}.safetensors`),
  );
  const checkpoint = openCheckpoint(out);
  const bytes = [...checkpoint.tensors.values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
  checkpoint.close();
  const index = JSON.parse(readFileSync(path.join(out, "model.safetensors.index.json"), "utf8"));
  assert.equal(index.metadata.total_size, bytes);
  const card = readFileSync(path.join(out, "README.md"), "utf8");
  assert.match(card, /^---\nlanguage:\n(.*\n)*? {2}- ru\n/);
  assert.match(card, /### Rows for a new vocabulary/);
});
