import { serveJobs } from "../serve-jobs.js";
import { openTfjsSession } from "./session.js";

serveJobs(openTfjsSession);
