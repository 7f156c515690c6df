import { serveJobs } from "../serve-jobs.js";
import { examineDevice } from "./examine-device.js";
import { openGgmlSession } from "./session.js";

serveJobs(openGgmlSession, examineDevice);
