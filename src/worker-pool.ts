/** Worker threads that do jobs of one kind. Each worker does one job at a time; jobs start in the order in which they are given. */
import { parentPort, type TransferListItem, Worker, workerData } from "node:worker_threads";
import { LepError } from "./errors.js";

export interface WorkerPool<Job, Result> {
  /** Rejects with the error of the job, or of a worker that died. */
  run(job: Job, transfer?: readonly TransferListItem[]): Promise<Result>;
  /** Ends the workers; jobs that have not ended never will. */
  close(): Promise<void>;
}

interface Waiting<Job> {
  job: Job;
  transfer: readonly TransferListItem[];
  resolve(result: never): void;
  reject(error: unknown): void;
}

type Answer<Result> = { result: Result } | { error: Thrown };

interface Thrown {
  message: string;
  /** Of a `LepError`, which a message between threads would lose. */
  code?: string | undefined;
  hint?: string | undefined;
  exitCode?: 1 | 2 | undefined;
}

/** What a worker makes is thrown away at once; a larger nursery only makes the process larger. */
const youngMegabytes = 8;

/** `script` calls `serveJobs`; `data` is what its `open` gets. Workers start with the first jobs. */
export function createWorkerPool<Job, Result>(script: URL, data: unknown, threads: number): WorkerPool<Job, Result> {
  const workers = new Set<Worker>();
  const idle: Worker[] = [];
  const running = new Map<Worker, Waiting<Job>>();
  const queue: Waiting<Job>[] = [];

  const start = (): Worker => {
    const worker = new Worker(script, {
      workerData: data,
      // Some options of this process (--input-type) a worker does not start with.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    workers.add(worker);
    worker.unref();
    worker.on("message", (answer: Answer<never>) => {
      const done = running.get(worker)!;
      running.delete(worker);
      idle.push(worker);
      worker.unref();
      if ("error" in answer) done.reject(revived(answer.error));
      else done.resolve(answer.result);
      next();
    });
    worker.on("error", (error) => {
      workers.delete(worker);
      // It may have died with nothing to do.
      const place = idle.indexOf(worker);
      if (place >= 0) idle.splice(place, 1);
      running.get(worker)?.reject(error);
      running.delete(worker);
      next();
    });
    return worker;
  };
  const next = (): void => {
    while (queue.length > 0) {
      const worker = idle.pop() ?? (workers.size < threads ? start() : undefined);
      if (worker === undefined) return;
      const waiting = queue.shift()!;
      running.set(worker, waiting);
      // A process waits for its jobs, not for workers without one.
      worker.ref();
      worker.postMessage(waiting.job, waiting.transfer);
    }
  };
  return {
    run: (job, transfer = []) =>
      new Promise((resolve, reject) => {
        queue.push({ job, transfer, resolve, reject });
        next();
      }),
    async close() {
      await Promise.all([...workers].map((worker) => worker.terminate()));
    },
  };
}

/** In a worker: `open` gets the pool's data and gives the function that does a job, with what it hands over. */
export function serveJobs<Data, Job, Result>(
  open: (data: Data) => (job: Job) => { result: Result; transfer: TransferListItem[] },
): void {
  const port = parentPort!;
  let work: ReturnType<typeof open> | undefined;
  port.on("message", (job: Job) => {
    try {
      work ??= open(workerData as Data);
      const { result, transfer } = work(job);
      port.postMessage({ result }, transfer);
    } catch (error) {
      const { message, code, hint, exitCode } = error as LepError;
      port.postMessage({ error: error instanceof LepError ? { message, code, hint, exitCode } : { message } });
    }
  });
}

function revived({ message, code, hint, exitCode }: Thrown): Error {
  if (code === undefined) return new Error(message);
  return new LepError(code, message, { ...(hint && { hint }), ...(exitCode && { exitCode }) });
}
