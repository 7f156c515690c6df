/** Not a test: an engine's child process that trains with the fake session. */
import { serveJobs } from "../../src/engine/serve-jobs.js";
import { fakeSession } from "./fake-session.js";

serveJobs(fakeSession(), () => Promise.reject(new Error("a fake session has no device")));
