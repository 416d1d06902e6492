/**
 * Proves that threads that have nothing to do hold up nobody who writes to the cache that they write to: between two requests a thread goes
 * on with its writes, in each of which it has the disk to itself. In a process of its own, since one that is held up never ends.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();

it('lets others write to the cache while its threads wait for requests', () => {
  const script = fileURLToPath(new URL('./idle-threads.mjs', import.meta.url));
  const { stdout, stderr, signal } = spawnSync(process.execPath, [script, scratch.fresh('')], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  expect({ stdout, stderr, signal }).toEqual({ stdout: 'written\n', stderr: '', signal: null });
}, 30_000);
