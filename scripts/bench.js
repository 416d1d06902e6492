/** `npm run bench`: sets up, then runs the benchmarks with the arguments given. */
import { installOracles } from './oracles.js';
import { runAfterSetUp, runNode } from './set-up.js';

/** tsx, on the main thread only; the benchmarks start themselves again when they miss these flags. */
const LOADER = new URL('../bench/loader.js', import.meta.url).href;

await runAfterSetUp(async () => {
  await installOracles();
  return runNode(['--expose-gc', '--import', LOADER, 'bench/run.ts', ...process.argv.slice(2)]);
});
