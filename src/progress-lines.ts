/** Progress as plain lines, for files and where there is no terminal: a line at the start of a task, one every few seconds, warnings at once. */
import type { Progress, ProgressReport } from "./progress.js";
import { shownTime } from "./shown-time.js";

const secondsBetweenLines = 5;

/** `write` gets whole lines with their line feed. */
export function progressLines(write: (line: string) => void): Progress {
  let task = "";
  let startedAt = 0;
  let startedWith = 0;
  let lastLine = 0;
  return ({ task: name, done, total, unit, note, warning }: ProgressReport): void => {
    if (warning !== undefined) {
      write(warningLine(warning));
      return;
    }
    const now = performance.now();
    if (task !== name) {
      task = name;
      startedAt = now;
      startedWith = done;
      lastLine = now;
      write(total > 0 ? `${name}: ${total} ${unit}\n` : `${name}\n`);
      return;
    }
    // A stream's length is not known before its end: total 0.
    const finished = total > 0 && done >= total;
    if (!finished && now - lastLine < secondsBetweenLines * 1000) return;
    lastLine = now;
    const rate = (done - startedWith) / Math.max((now - startedAt) / 1000, 1e-9);
    const left = finished || rate === 0 || total === 0 ? "" : `, ${shownTime((total - done) / rate)} left`;
    const count = total > 0 ? `${done}/${total}` : `${done}`;
    write(`${name}: ${count} ${unit}, ${rate.toPrecision(3)}/s${left}${note === undefined ? "" : `, ${note}`}\n`);
    if (finished) task = "";
  };
}

export const warningLine = (text: string): string => `lep: warning: ${text}\n`;
