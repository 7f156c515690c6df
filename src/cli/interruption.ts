/**
 * Ctrl-C: the first ends the work at the next safe place (a checkpoint is written), the second at
 * once. Both end with exit code 130.
 */
const controller = new AbortController();

export function interrupted(): boolean {
  return controller.signal.aborted;
}

/** A signal that aborts at the first Ctrl-C. */
export function interruptionSignal(): AbortSignal {
  if (process.listenerCount("SIGINT") === 0) {
    process.on("SIGINT", () => {
      if (interrupted()) process.exit(130);
      process.stderr.write("\nlep: interrupted; ending at the next safe place (Ctrl-C again: at once)\n");
      controller.abort();
    });
  }
  return controller.signal;
}
