import { BenchmarkError, CheckpointError, type LepError, type LepErrorOptions } from "../../errors.js";
import type { HubId } from "./hub-id.js";

/** A fault of the hub, or of what it sent: of a model `checkpoint.<code>`, of a data set `benchmark.<code>`. */
export const hubFault = ({ type }: HubId, code: string, message: string, options: LepErrorOptions = {}): LepError =>
  type === "model"
    ? new CheckpointError(`checkpoint.${code}`, message, options)
    : new BenchmarkError(`benchmark.${code}`, message, options);
