/**
 * The BLAS of the system, where there is one: several times as fast as our own kernel, since WebAssembly has vectors of
 * 128 bits only. Nothing needs it. `LEP_BLAS` names a library (with 32-bit integers in its C interface), `off` does without.
 */
import koffi, { type LibraryHandle } from "koffi";
import { EngineError } from "../errors.js";
import { prepareForeignCalls } from "../foreign-calls.js";
import type { Part, ProductShape } from "./add-product.js";

export interface SystemBlas {
  /** The library's file. */
  file: string;
  /** Of all products from now on, in this process; where the library has no such call, nothing changes. */
  useThreads(count: number): void;
  /** out += factor · a · b, on another thread. Each part must have a step of 1 along rows or columns. */
  addProduct(out: Part, a: Part, b: Part, shape: ProductShape, factor: 1 | -1): Promise<void>;
}

const libraries: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libopenblas.so.0", "libblis.so.4"],
  darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
  win32: ["libopenblas.dll"],
};
const threadSetters = [
  ["openblas_set_num_threads", "int"],
  ["bli_thread_set_num_threads", "int64_t"],
] as const;
const order = { rowMajor: 101 };
const transposition = { none: 111, transposed: 112 };

type Dgemm = ReturnType<LibraryHandle["func"]>;

let found: SystemBlas | null | undefined;

/** Null where there is none that computes a small product right. Throws `EngineError` where `LEP_BLAS` names such a one. */
export function findSystemBlas(): SystemBlas | null {
  const wanted = process.env.LEP_BLAS || undefined;
  if (wanted === "off") return null;
  if (found === undefined) found = open(wanted === undefined ? (libraries[process.platform] ?? []) : [wanted]);
  if (found !== null || wanted === undefined) return found;
  throw new EngineError("matrix.no_blas", `LEP_BLAS: ${wanted} is no BLAS that can be used`, {
    hint: "Name a library with cblas_dgemm and 32-bit integers, or do without by LEP_BLAS=off.",
    exitCode: 2,
  });
}

function open(files: readonly string[]): SystemBlas | null {
  prepareForeignCalls();
  for (const file of files) {
    try {
      const types = ["int", "int", "int", "int", "int", "int", "double", "void*", "int", "void*", "int", "double"];
      const library = koffi.load(file);
      const dgemm = library.func("cblas_dgemm", "void", [...types, "void*", "int"]);
      if (!isRight(dgemm)) continue;
      return { file, useThreads: threadSetter(library), addProduct: (...product) => call(dgemm, ...product) };
    } catch {
      // Not there, or another library by this name.
    }
  }
  return null;
}

function threadSetter(library: LibraryHandle): SystemBlas["useThreads"] {
  for (const [name, type] of threadSetters) {
    try {
      return library.func(name, "void", [type]);
    } catch {
      // Another library's.
    }
  }
  return () => {};
}

function argumentsOf(out: Part, a: Part, b: Part, { rows, columns, inner }: ProductShape, factor: 1 | -1) {
  const factorOf = (part: Part) => ({
    kind: part.column === 1 ? transposition.none : transposition.transposed,
    data: part.data.subarray(part.offset),
    step: Math.max(part.row, part.column),
  });
  const [left, right] = [factorOf(a), factorOf(b)];
  return [
    ...[order.rowMajor, left.kind, right.kind, rows, columns, inner, factor],
    ...[left.data, left.step, right.data, right.step, 1, out.data.subarray(out.offset), out.row],
  ];
}

function call(dgemm: Dgemm, out: Part, a: Part, b: Part, shape: ProductShape, factor: 1 | -1): Promise<void> {
  return new Promise((resolve, reject) => {
    dgemm.async(...argumentsOf(out, a, b, shape, factor), (error: Error | null) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

/** A library with other integers, or with another order of its arguments, gives something else. */
function isRight(dgemm: Dgemm): boolean {
  const part = (values: number[], width: number): Part => ({
    ...{ data: Float64Array.from(values), offset: 0, row: width, column: 1 },
  });
  const out = part([1, 1, 1, 1], 2);
  const turned = { ...part([1, 2, 3, 4, 5, 6], 3), row: 1, column: 2 };
  dgemm(...argumentsOf(out, turned, part([1, 0, 0, 1, 2, 2], 2), { rows: 2, columns: 2, inner: 3 }, -1));
  return [-10, -12, -13, -15].every((value, i) => out.data[i] === value);
}
