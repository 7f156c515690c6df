/**
 * The BLAS of the system, where there is one: several times as fast as our own kernel, since WebAssembly has vectors of
 * 128 bits only. Nothing needs it. `LEP_BLAS` names a library (with 32-bit integers in its C interface), `off` does without.
 */
import koffi, { type LibraryHandle } from "koffi";
import { prepareForeignCalls } from "../foreign-calls.js";
import type { Part, ProductShape } from "./add-product.js";

export interface SystemBlas {
  /** The library's file. */
  file: string;
  /** out += factor · a · b, on another thread. Each part must have a step of 1 along rows or columns. */
  addProduct(out: Part, a: Part, b: Part, shape: ProductShape, factor: 1 | -1): Promise<void>;
}

const libraries: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libopenblas.so.0", "libblis.so.4"],
  darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
  win32: ["libopenblas.dll"],
};
const order = { rowMajor: 101 };
const transposition = { none: 111, transposed: 112 };

type Dgemm = ReturnType<LibraryHandle["func"]>;

let found: SystemBlas | null | undefined;

/** Null where there is none that computes a small product right. */
export function findSystemBlas(): SystemBlas | null {
  const { LEP_BLAS: wanted } = process.env;
  if (wanted === "off") return null;
  found ??= open(wanted === undefined ? (libraries[process.platform] ?? []) : [wanted]);
  return found;
}

function open(files: readonly string[]): SystemBlas | null {
  prepareForeignCalls();
  for (const file of files) {
    try {
      const types = ["int", "int", "int", "int", "int", "int", "double", "void*", "int", "void*", "int", "double"];
      const dgemm = koffi.load(file).func("cblas_dgemm", "void", [...types, "void*", "int"]);
      if (isRight(dgemm)) return { file, addProduct: (...product) => call(dgemm, ...product) };
    } catch {
      // Not there, or another library by this name.
    }
  }
  return null;
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
