/** A worker thread that looks for n-grams in texts. */
import { serveJobs } from "../../worker-pool.js";
import { findNgrams, type NgramTable } from "./ngram-table.js";

serveJobs<NgramTable, string[], number>((table) => (texts) => ({ result: findNgrams(table, texts), transfer: [] }));
