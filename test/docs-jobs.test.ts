/** Proves that docs/jobs.md says what is so: its example prints what stands below it, and its table has the defaults of the options. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { JOB_DEFAULTS } from '../src/engine/jobs/options.js';
import { blockBehind, tableBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TEXT = readFileSync(new URL('../docs/jobs.md', import.meta.url), 'utf8');

it('has an example that prints what stands below it', async () => {
  const args = ['--input-type=module', '--eval', blockBehind(TEXT, 'run: jobs')];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stdout).toBe(`${blockBehind(TEXT, 'prints: jobs')}\n`);
});

it('has the defaults of the options', () => {
  const rows = tableBehind(TEXT, 'options: job').map(([name, value]) => [name!.slice(1, -1), value!]);
  expect(rows.map(([name]) => name).sort()).toEqual([...Object.keys(JOB_DEFAULTS), 'id', 'signal', 'store'].sort());
  for (const [name, value] of Object.entries(JOB_DEFAULTS)) {
    const shown = typeof value === 'string' ? `'${value}'` : String(value);
    expect(rows).toContainEqual([name, `\`${shown}\``]);
  }
});
