/** Serves the jobs of matrix-pool.ts: parts of products and of substitutions, on matrices that all threads share. */
import { serveJobs } from "../worker-pool.js";
import { createAddProduct, type Part, type ProductShape } from "./add-product.js";
import { type BlockedFactor, substitute } from "./substitute.js";

export type MatrixJob =
  | { kind: "product"; out: Part; a: Part; b: Part; shape: ProductShape; factor: 1 | -1 }
  | { kind: "substitute"; factor: BlockedFactor; vectors: Float64Array; first: number; count: number };

serveJobs(() => {
  const addProduct = createAddProduct();
  return (job: MatrixJob) => {
    if (job.kind === "product") addProduct(job.out, job.a, job.b, job.shape, job.factor);
    else substitute(addProduct, job.factor, job.vectors, job.first, job.count);
    return { result: undefined, transfer: [] };
  };
});
