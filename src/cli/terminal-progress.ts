/**
 * Progress on stderr: a bar with rate and time left on a terminal, a plain line every few seconds
 * elsewhere. Warnings are lines that stay.
 */
import { SingleBar } from "cli-progress";
import type { Progress, ProgressReport } from "../progress.js";
import { progressLines, warningLine } from "../progress-lines.js";
import { shownTime } from "../shown-time.js";
import { isQuiet } from "./output.js";

/** A fresh reporter; call `end` before anything else is printed. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): { report: Progress; end(): void } {
  if (isQuiet())
    return { report: ({ warning }) => void (warning && stream.write(warningLine(warning))), end: () => {} };
  if (stream.isTTY) return bar(stream);
  return { report: progressLines((line) => stream.write(line)), end: () => {} };
}

function bar(stream: NodeJS.WriteStream): { report: Progress; end(): void } {
  let current: SingleBar | undefined;
  let task = "";
  const end = (): void => {
    current?.stop();
    current = undefined;
    task = "";
  };
  const report = ({ task: name, done, total, unit, note, warning }: ProgressReport): void => {
    if (warning !== undefined) {
      // In the bar's place; the bar comes again below with its next change.
      if (current !== undefined) stream.write("\r\x1b[K");
      stream.write(warningLine(warning));
      return;
    }
    const payload = { task: name, unit, note: note ?? "" };
    if (current === undefined || task !== name) {
      end();
      current = new SingleBar({
        stream,
        format: "{task} {bar} {value}/{total} {unit}  {duration_formatted} gone, {eta_formatted} left  {note}",
        barsize: 24,
        hideCursor: true,
        etaBuffer: 50,
        // Its own says LLs for what it does not know yet, and 2m60s for 3m.
        formatTime: shownTime,
      });
      current.start(total, done, payload);
      task = name;
    }
    current.setTotal(Math.max(total, done));
    current.update(done, payload);
  };
  return { report, end };
}
