// Proves that processes killed with SIGKILL one after the other finish one run: each document is in the output once and in
// order, no call is made again whose answer was recorded, and each process gives up at most as many calls as it had under way.
// A file stands in for the provider: the calls that it received.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { inspectRun } from '../../../src/ledger/calls/verify.js';
import { Scratch } from '../../support/scratch.js';
import { Outputs } from './support.js';

const scratch = new Scratch();
const PIPELINE = new URL('./pipeline-process.ts', import.meta.url).pathname;
const DOCUMENTS = 2000;
const CONCURRENCY = 16;

test('a run that is killed again and again ends whole', async () => {
  const folder = scratch.fresh('');
  mkdirSync(folder);
  const outputs = new Outputs(folder);
  const dir = join(folder, 'run');
  let kills = 0;
  for (let killAfterMs = 20; !(await runOnce(folder, killAfterMs)); killAfterMs += 25) kills++;
  expect(kills).toBeGreaterThan(1);
  const received = readFileSync(join(folder, 'received'), 'utf8').split('\n').slice(0, -1);
  const { money, isComplete } = await inspectRun(dir);
  expect({ isComplete, answered: money.answered }).toEqual({ isComplete: true, answered: DOCUMENTS });
  expect(money.lost).toBeLessThanOrEqual(kills * CONCURRENCY);
  expect(received.length).toBeLessThanOrEqual(DOCUMENTS + kills * CONCURRENCY);
  expect(money.sent).toBeGreaterThanOrEqual(received.length);
  expect(await outputs.verify(dir, { documents: DOCUMENTS })).toEqual([]);
  const rows = readFileSync(outputs.output, 'utf8').split('\n').slice(0, -1);
  expect(rows.map((text) => Number(text.split(' ')[0]))).toEqual(Array.from({ length: DOCUMENTS }, (_, n) => n));
}, 60_000);

/** @returns whether the run came to its end before it was killed. */
async function runOnce(folder: string, killAfterMs: number): Promise<boolean> {
  const args = ['--import', 'tsx', PIPELINE, folder, String(DOCUMENTS), String(CONCURRENCY)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await closed;
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`the pipeline ended with code ${code}`);
  return signal === null;
}
