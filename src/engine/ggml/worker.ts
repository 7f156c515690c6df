import { serveJobs } from "../serve-jobs.js";
import { openGgmlSession } from "./session.js";

serveJobs(openGgmlSession);
