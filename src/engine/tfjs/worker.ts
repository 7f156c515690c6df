import { serveJobs } from "../serve-jobs.js";
import { examineDevice } from "./examine-device.js";
import { measureSpeed } from "./measure-speed.js";
import { openTfjsSession } from "./session.js";

// What tfjs allocates is known only when it runs.
serveJobs(openTfjsSession, examineDevice, { measureSpeed, estimateMemory: async () => null });
