/**
 * Training checkpoints: one file each with a head (what training it belongs to, step, losses) and the
 * parameters' three flat arrays as they are in memory, closed by a SHA-256. Files appear under their
 * names only when whole; a damaged one, or one of another training, is removed.
 */
import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { makeFolder } from "../make-folder.js";
import { writeFault, writing } from "../write-fault.js";
import type { FlatArray, TrainingSession } from "./session.js";

export interface TrainingState {
  /** Steps done. */
  step: number;
  losses: number[];
  /** Positions with a loss weight so far. */
  tokens: number;
}

export interface CheckpointStore {
  save(state: TrainingState): void;
  /** Loads the newest whole checkpoint of this training into the parameters; null where there is none. */
  restore(): TrainingState | null;
}

const magic = "lepckp01";
const prefixBytes = 12;
const digestBytes = 32;
const pieceNumbers = 1 << 20;
const arrays = ["values", "first_moments", "second_moments"] as const satisfies FlatArray[];
const kept = 2;

/** `fingerprint` names the training: its model, data and options. */
export function createCheckpointStore(
  session: Pick<TrainingSession, "layout" | "read" | "write">,
  folder: string,
  fingerprint: string,
): CheckpointStore {
  const { size } = session.layout;
  const bytes = 4 * size;
  const nameOf = (step: number): string => path.join(folder, `${String(step).padStart(9, "0")}.checkpoint`);
  const piece = new Float32Array(Math.min(size, pieceNumbers));

  const save = (state: TrainingState): void => {
    const partial = path.join(folder, `.${process.pid}.partial`);
    const handle = writing(folder, () => {
      makeFolder(folder);
      return openSync(partial, "w");
    });
    const hash = createHash("sha256");
    try {
      const write = (data: Uint8Array): void => {
        for (let at = 0; at < data.length; ) at += writeSync(handle, data, at);
      };
      const writeHashed = (data: Uint8Array): void => {
        hash.update(data);
        write(data);
      };
      writeHashed(encodeHead({ ...state, fingerprint }));
      for (const array of arrays) {
        for (let at = 0; at < size; at += pieceNumbers) {
          const part = piece.subarray(0, Math.min(pieceNumbers, size - at));
          session.read(array, at, part);
          writeHashed(bytesOf(part));
        }
      }
      write(hash.digest());
      fsyncSync(handle);
    } catch (error) {
      closeSync(handle);
      rmSync(partial, { force: true });
      throw writeFault(partial, error);
    }
    closeSync(handle);
    renameSync(partial, nameOf(state.step));
    for (const old of checkpointFiles(folder).slice(kept)) rmSync(old, { force: true });
  };

  const restore = (): TrainingState | null => {
    removePartials(folder);
    for (const file of checkpointFiles(folder)) {
      const head = readWhole(file, fingerprint, 3 * bytes);
      if (head !== null) {
        load(file, head.dataAt);
        return head.state;
      }
      rmSync(file, { force: true });
    }
    return null;
  };

  const load = (file: string, dataAt: number): void => {
    const handle = openSync(file, "r");
    try {
      for (const [i, array] of arrays.entries()) {
        for (let at = 0; at < size; at += pieceNumbers) {
          const part = piece.subarray(0, Math.min(pieceNumbers, size - at));
          readFully(handle, bytesOf(part), dataAt + i * bytes + 4 * at);
          session.write(array, at, part);
        }
      }
    } finally {
      closeSync(handle);
    }
  };

  return { save, restore };
}

/** Newest first. */
function checkpointFiles(folder: string): string[] {
  return list(folder)
    .filter((name) => /^\d+\.checkpoint$/.test(name))
    .sort()
    .reverse()
    .map((name) => path.join(folder, name));
}

function removePartials(folder: string): void {
  for (const name of list(folder)) if (name.endsWith(".partial")) rmSync(path.join(folder, name), { force: true });
}

function list(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
}

function encodeHead(head: TrainingState & { fingerprint: string }): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.write(magic, "latin1");
  prefix.writeUInt32LE(json.length, 8);
  return Buffer.concat([prefix, json]);
}

/** The head of a checkpoint that is whole and belongs to `fingerprint`, else null. */
function readWhole(
  file: string,
  fingerprint: string,
  dataBytes: number,
): { state: TrainingState; dataAt: number } | null {
  const handle = openSync(file, "r");
  try {
    const size = statSync(file).size;
    const prefix = Buffer.alloc(prefixBytes);
    if (size < prefixBytes || !readFully(handle, prefix, 0)) return null;
    const jsonBytes = prefix.readUInt32LE(8);
    const dataAt = prefixBytes + jsonBytes;
    if (prefix.toString("latin1", 0, 8) !== magic || size !== dataAt + dataBytes + digestBytes) return null;
    const hash = createHash("sha256");
    hashRange(handle, hash, dataAt + dataBytes);
    const digest = Buffer.alloc(digestBytes);
    readFully(handle, digest, dataAt + dataBytes);
    if (!hash.digest().equals(digest)) return null;
    const json = Buffer.alloc(jsonBytes);
    readFully(handle, json, prefixBytes);
    const head = JSON.parse(json.toString("utf8")) as TrainingState & { fingerprint: string };
    if (head.fingerprint !== fingerprint) return null;
    return { state: { step: head.step, losses: head.losses, tokens: head.tokens }, dataAt };
  } finally {
    closeSync(handle);
  }
}

function hashRange(handle: number, hash: Hash, end: number): void {
  const piece = new Uint8Array(4 * pieceNumbers);
  for (let at = 0; at < end; at += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, end - at));
    if (!readFully(handle, part, at)) return;
    hash.update(part);
  }
}

function readFully(handle: number, into: Uint8Array, position: number): boolean {
  for (let done = 0; done < into.length; ) {
    const count = readSync(handle, into, done, into.length - done, position + done);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

const bytesOf = (numbers: Float32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
