import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { makeFolder } from "../src/make-folder.js";
import { packageRoot } from "../src/package-root.js";

test("makes what is missing and names the first of it", () => {
  const root = mkdtempSync(path.join(tmpdir(), "lep-folder-"));
  try {
    assert.equal(makeFolder(path.join(root, "a", "b", "c")), path.join(root, "a"));
    assert.ok(statSync(path.join(root, "a", "b", "c")).isDirectory());
    assert.equal(makeFolder(path.join(root, "a", "b", "c")), undefined);
    assert.equal(makeFolder(path.join(root, "a", "d")), path.join(root, "a", "d"));
    writeFileSync(path.join(root, "file"), "");
    assert.throws(() => makeFolder(path.join(root, "file", "below")), { code: "ENOTDIR" });
  } finally {
    rmSync(root, { recursive: true });
  }
});

// In a process of its own: the fault that this guards against is a loop without end.
test("a file system that makes no folders is an error", { skip: !existsSync("/proc/self") && "no /proc" }, () => {
  const module = pathToFileURL(path.join(packageRoot(), "dist", "src", "make-folder.js")).href;
  const script = `import(${JSON.stringify(module)}).then(({ makeFolder }) => makeFolder("/proc/lep/run"))`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", script], { timeout: 20_000, encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /ENOENT/);
});
