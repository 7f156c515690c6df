import { serveJobs } from "../serve-jobs.js";
import { estimateNeed } from "./estimate-need.js";
import { examineDevice } from "./examine-device.js";
import { measureSpeed } from "./measure-speed.js";
import { openGgmlSession } from "./session.js";

serveJobs(openGgmlSession, examineDevice, { measureSpeed, estimateMemory: estimateNeed });
