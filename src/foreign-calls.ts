/** What all calls of native libraries share. */
import koffi from "koffi";

let prepared = false;

/**
 * To be called before a library is loaded: ggml needs more stack than koffi gives a call, and koffi takes that only before
 * the first library, whichever it is. Stacks for eight calls at once are kept.
 */
export function prepareForeignCalls(): void {
  if (prepared) return;
  prepared = true;
  const stack = 8 << 20;
  koffi.config({ ...koffi.config(), async_stack_size: stack, sync_stack_size: stack, resident_async_pools: 8 });
}
