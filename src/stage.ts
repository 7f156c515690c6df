/**
 * One stage of a run: reused where its inputs, options and version did not change; else written in a
 * partial folder beside its place, which a killed run finds again, and renamed when whole.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { replaceFolder, writeFileAtomic } from "./atomic-output.js";
import type { HashCache } from "./hash-cache.js";
import { sha256 } from "./sha256.js";
import { versions } from "./versions.js";

export const stageNames = ["vocabulary", "pretraining", "propagation", "calibration", "benchmark"] as const;
export type StageName = (typeof stageNames)[number];

export interface Stage<Result> {
  name: StageName;
  /** Raised when the stage computes something else from the same inputs and options. */
  version: number;
  /** What goes in: label → file or folder. */
  inputs: Record<string, string | string[]>;
  options: unknown;
  seed: number;
  /** Fills `folder`; keeps in `work` whatever lets a killed run continue (removed in the end). */
  run(folder: string, work: string): Promise<Result>;
}

export interface StageOutcome<Result> {
  folder: string;
  result: Result;
  reused: boolean;
  durationSeconds: number;
}

interface Manifest<Result> {
  stage: StageName;
  key: string;
  inputs: Record<string, string>;
  outputs: Record<string, string>;
  options: unknown;
  seed: number;
  versions: Record<string, string>;
  started_at: string;
  duration_s: number;
  result: Result;
}

/** Runs `stage` in `runFolder`, or finds it done. `fresh` does it again in any case. */
export async function runStage<Result>(
  stage: Stage<Result>,
  runFolder: string,
  hashes: HashCache,
  fresh = false,
): Promise<StageOutcome<Result>> {
  const folder = path.join(runFolder, stage.name);
  const inputs = hashInputs(stage.inputs, hashes);
  const key = stageKey(stage, inputs);
  if (!fresh) {
    const done = readManifest<Result>(folder);
    if (done?.key === key && outputsIntact(folder, done.outputs, hashes)) {
      return { folder, result: done.result, reused: true, durationSeconds: done.duration_s };
    }
  }
  const partial = path.join(runFolder, `.${stage.name}.partial`);
  const work = path.join(partial, ".work");
  openPartial(partial, work, key, fresh);
  const startedAt = new Date();
  const result = await stage.run(partial, work);
  rmSync(work, { recursive: true, force: true });
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const manifest: Manifest<Result> = {
    stage: stage.name,
    key,
    inputs,
    outputs: hashes.folder(partial),
    options: stage.options,
    seed: stage.seed,
    versions: versions(),
    started_at: startedAt.toISOString(),
    duration_s: seconds,
    result,
  };
  writeFileAtomic(path.join(partial, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(path.join(partial, keyFile), { force: true });
  replaceFolder(partial, folder);
  return { folder, result, reused: false, durationSeconds: seconds };
}

const keyFile = ".key";

/** The partial folder of a killed run of the same stage is continued; any other is emptied. */
function openPartial(partial: string, work: string, key: string, fresh: boolean): void {
  const marker = path.join(partial, keyFile);
  const continued = !fresh && existsSync(marker) && readFileSync(marker, "utf8") === key;
  if (!continued) {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    writeFileSync(marker, key);
  }
  mkdirSync(work, { recursive: true });
}

function hashInputs(inputs: Stage<unknown>["inputs"], hashes: HashCache): Record<string, string> {
  const hashed: Record<string, string> = {};
  for (const [label, paths] of Object.entries(inputs)) {
    for (const name of [paths].flat()) {
      const files = statSync(name).isDirectory() ? hashes.folder(name) : { "": hashes.file(name) };
      for (const [below, hash] of Object.entries(files)) {
        const shown = below === "" ? name : path.join(name, below);
        hashed[`${label}: ${path.relative(process.cwd(), shown)}`] = hash;
      }
    }
  }
  return hashed;
}

/** Names of folders do not count, so that a moved checkout reuses its runs; labels, file names and contents do. */
function stageKey(stage: Stage<unknown>, inputs: Record<string, string>): string {
  const contents = Object.entries(inputs).map(([name, hash]) => [
    name.slice(0, name.indexOf(": ")),
    path.basename(name),
    hash,
  ]);
  return sha256(JSON.stringify([stage.name, stage.version, contents, stage.options, stage.seed]));
}

function readManifest<Result>(folder: string): Manifest<Result> | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8")) as Manifest<Result>;
  } catch {
    return undefined;
  }
}

function outputsIntact(folder: string, outputs: Record<string, string>, hashes: HashCache): boolean {
  return Object.entries(outputs).every(([name, hash]) => {
    try {
      return hashes.file(path.join(folder, name)) === hash;
    } catch {
      return false;
    }
  });
}
