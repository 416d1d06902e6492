/** Proves that docs/stress.md says what is so: its example prints what stands below it, and its criteria and limits are those of a run. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { ChaosKind } from '../src/harness/stress/chaos.js';
import { judge } from '../src/harness/stress/criteria.js';
import { blockBehind, tableBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(new URL('../docs/stress.md', import.meta.url), 'utf8');

it('has an example that prints what stands below it', async () => {
  const args = ['--input-type=module', '--eval', blockBehind(PAGE, 'run: stress')];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stdout).toBe(`${blockBehind(PAGE, 'prints: stress')}\n`);
});

it('has the criteria with their limits, in their order', () => {
  const criteria = judge({
    ...{ rateAsked: 1, rateHeld: 1, growth: null, cpuShare: null, crowdBytes: null, singleMs: null, batchMs: null },
    counts: { arrived: 1, endedWell: 1, failed: 0, shed: 0, outstanding: 0, repeated: 0 },
    calm: { ranges: 1, different: 0 },
  });
  const rows = tableBehind(PAGE, 'criteria').map(([name, , limit]) => [name!.slice(1, -1), Number(limit)]);
  expect(rows).toEqual(criteria.map(({ name, limit }) => [name, limit]));
});

it('has every kind of disturbance', () => {
  const kinds: Record<ChaosKind, true> = { worker: true, cache: true, reset: true, pause: true, block: true };
  expect(tableBehind(PAGE, 'chaos').map(([kind]) => kind!.slice(1, -1))).toEqual(Object.keys(kinds));
});
