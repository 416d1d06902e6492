/** Proves that docs/monitor.md says what is so: its example prints what stands below it, and its thresholds are those of the source. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { BASELINES_DIR } from '../src/monitor/baselines.js';
import { UTILIZATION_THRESHOLDS } from '../src/monitor/bottleneck.js';
import { PROCESS_SAMPLER_DEFAULTS } from '../src/monitor/process-sampler.js';
import { LOSS_THRESHOLDS, MARGIN, SIGNIFICANCE } from '../src/monitor/statistics/change.js';
import { blockBehind, tableBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(new URL('../docs/monitor.md', import.meta.url), 'utf8');

it('has an example that prints what stands below it', async () => {
  const args = ['--input-type=module', '--eval', blockBehind(PAGE, 'run: monitor')];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stdout).toBe(`${blockBehind(PAGE, 'prints')}\n`);
});

it.each([
  ['bottleneck', UTILIZATION_THRESHOLDS],
  ['loss', LOSS_THRESHOLDS],
])('has the severities of a %s', (comment, thresholds) => {
  const rows = tableBehind(PAGE, `severities: ${comment}`).map(([name, from]) => [name!.slice(1, -1), Number(from)]);
  expect(Object.fromEntries(rows)).toEqual(thresholds);
});

it('has the defaults', () => {
  expect(PAGE).toContain(`\`sampleMs\` (${PROCESS_SAMPLER_DEFAULTS.sampleMs})`);
  expect(PAGE).toContain(`\`samplesMax\` (${PROCESS_SAMPLER_DEFAULTS.samplesMax})`);
  expect(PAGE).toContain(`\`${BASELINES_DIR}\``);
  expect(PAGE).toContain(`less than ${SIGNIFICANCE * 100} % of chance`);
  expect(PAGE).toContain(`more than ${MARGIN * 100} % from 1`);
});
