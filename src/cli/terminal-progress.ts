/**
 * Progress on stderr: a bar with rate and time left on a terminal, a plain line every few seconds
 * elsewhere. Warnings are lines that stay.
 */
import { SingleBar } from "cli-progress";
import type { Progress, ProgressReport } from "../progress.js";
import { shownTime } from "./shown-time.js";

const secondsBetweenLines = 5;

/** A fresh reporter; call `end` before anything else is printed. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): { report: Progress; end(): void } {
  return stream.isTTY ? bar(stream) : lines(stream);
}

const warningLine = (text: string): string => `lep: warning: ${text}\n`;

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

function lines(stream: NodeJS.WriteStream): { report: Progress; end(): void } {
  let task = "";
  let startedAt = 0;
  let startedWith = 0;
  let lastLine = 0;
  const report = ({ task: name, done, total, unit, note, warning }: ProgressReport): void => {
    if (warning !== undefined) {
      stream.write(warningLine(warning));
      return;
    }
    const now = performance.now();
    if (task !== name) {
      task = name;
      startedAt = now;
      startedWith = done;
      lastLine = now;
      stream.write(total > 0 ? `${name}: ${total} ${unit}\n` : `${name}\n`);
      return;
    }
    // A stream's length is not known before its end: total 0.
    const finished = total > 0 && done >= total;
    if (!finished && now - lastLine < secondsBetweenLines * 1000) return;
    lastLine = now;
    const rate = (done - startedWith) / Math.max((now - startedAt) / 1000, 1e-9);
    const left = finished || rate === 0 || total === 0 ? "" : `, ${shownTime((total - done) / rate)} left`;
    const count = total > 0 ? `${done}/${total}` : `${done}`;
    stream.write(
      `${name}: ${count} ${unit}, ${rate.toPrecision(3)}/s${left}${note === undefined ? "" : `, ${note}`}\n`,
    );
    if (finished) task = "";
  };
  return { report, end: () => {} };
}
