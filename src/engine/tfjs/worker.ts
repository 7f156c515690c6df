import { serveJobs } from "../serve-jobs.js";
import { examineDevice } from "./examine-device.js";
import { openTfjsSession } from "./session.js";

serveJobs(openTfjsSession, examineDevice);
