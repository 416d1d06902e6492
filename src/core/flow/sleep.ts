import { checkAborted, type AbortSource } from '../abort.js';
import type { Clock } from '../clock.js';
import { Waiter } from './waiter.js';

/** Resolves after `delayMs`; the timer is gone when it ends otherwise. @throws MillraceError `ERR_ABORTED`. */
export async function sleep(delayMs: number, clock: Clock, signal?: AbortSource): Promise<void> {
  checkAborted(signal);
  const waiter = new Waiter<void>();
  const timer = clock.schedule(() => {
    waiter.resolve();
  }, delayMs);
  await waiter.wait(signal, () => {
    timer.cancel();
  });
}
