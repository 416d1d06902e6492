/** Proves that docs/refine.md says what is so: its example runs and prints what stands below it, its options are those of the source. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { REFINE_RUN_DEFAULTS, REFINE_RUN_OPTION_NAMES } from '../src/engine/refine/options.js';
import { CALLER_DEFAULTS } from '../src/refine/caller/options.js';
import { REFINE_DEFAULTS } from '../src/refine/options.js';
import { STEP_OUTCOMES, STOPPED } from '../src/refine/row.js';
import { blockBehind, tableBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/refine.md'), 'utf8');

describe('the example', () => {
  it('prints what stands below it', async () => {
    const library = pathToFileURL(join(ROOT, 'dist/index.js')).href;
    const code = blockBehind(PAGE, 'run: refine').replace("'millrace'", JSON.stringify(library));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
    expect([stdout, stderr]).toEqual([`${blockBehind(PAGE, 'prints')}\n`, '']);
  });
});

describe('the page', () => {
  const documented = new Map(tableBehind(PAGE, 'options: refine').map(([name, value]) => [name!.slice(1, -1), value!]));

  it('has every option, with its default', () => {
    expect([...documented.keys()].sort()).toEqual([...REFINE_RUN_OPTION_NAMES].sort());
    for (const name of ['iterations', 'noGainMax', 'gainMin', 'answerTokensMax', 'seed'] as const) {
      expect([name, documented.get(name)]).toEqual([name, String(REFINE_DEFAULTS[name])]);
    }
    expect(documented.get('gate')).toBe(`\`${REFINE_RUN_DEFAULTS.gate}\``);
    expect(documented.get('profile')).toBe(`\`${REFINE_DEFAULTS.profile}\``);
    expect(documented.get('concurrency')).toBe(String(CALLER_DEFAULTS.concurrency));
    expect(documented.get('callTimeoutMs')).toBe(String(CALLER_DEFAULTS.timeoutMs));
    expect(documented.get('windowBytes')).toBe(`${REFINE_RUN_DEFAULTS.windowBytes / 2 ** 20} MiB`);
    for (const strategy of REFINE_DEFAULTS.strategies) expect(documented.size && PAGE).toContain(`\`${strategy}\``);
  });

  it('names every end of a document and of an iteration', () => {
    for (const word of [...Object.keys(STOPPED), ...Object.keys(STEP_OUTCOMES)]) expect(PAGE).toContain(`\`${word}\``);
  });
});
