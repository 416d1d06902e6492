/**
 * Proves that a lock can be told from one that was left behind as soon as it can be seen: whoever reads the file finds its owner, however
 * long the owner takes to write it.
 */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tryLock } from '../../src/core/file-lock.js';
import { Scratch } from '../support/scratch.js';

const scratch = new Scratch();

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

it('is there as a whole or not at all', async () => {
  const file = scratch.fresh('.lock');
  const over = new AbortController();
  const locking = (async () => {
    for (let count = 0; count < 300; count++) {
      const lock = await tryLock(file);
      if (typeof lock === 'number') throw new Error('nobody else locks');
      await lock.release();
    }
    over.abort();
  })();
  let seen = 0;
  while (!over.signal.aborted) {
    const content = contentOf(file);
    if (content !== undefined) {
      seen++;
      expect(JSON.parse(content)).toMatchObject({ pid: process.pid });
    }
    await nextTurn();
  }
  await locking;
  expect(seen).toBeGreaterThan(10);
});
