/**
 * Loads TypeScript on the main thread only (`node --import ./bench/loader.js`).
 *
 * Worker threads inherit the flags of their process. With `--import tsx` each worker of the library would start a loader
 * of its own (some 50 ms), which the built library does not need and its users do not have.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { register } = await import('tsx/esm/api');
  register();
}
