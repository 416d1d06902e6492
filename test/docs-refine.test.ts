/** Proves that docs/refine.md says what is so: its examples run, and its options and flags are those of the source. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { main } from '../src/cli/main.js';
import { REFINE_RUN_DEFAULTS, REFINE_RUN_OPTION_NAMES } from '../src/engine/refine/options.js';
import { CALLER_DEFAULTS } from '../src/refine/caller/options.js';
import { REFINE_DEFAULTS } from '../src/refine/options.js';
import { STEP_OUTCOMES, STOPPED } from '../src/refine/row.js';
import { Capture, createFake } from './cli/fake-context.js';
import { blockBehind, tableBehind } from './support/markdown.js';
import { startMillrace } from './support/millrace.js';
import { Scratch } from './support/scratch.js';

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

describe('the command line', () => {
  const scratch = new Scratch();

  it('runs what the page shows', async () => {
    await cp(join(ROOT, 'examples/corpus/guides'), scratch.path('docs'), { recursive: true });
    for (const command of blockBehind(PAGE, 'run: command line').split('\n')) {
      const { code, stderr } = await startMillrace(command.split(' ').slice(1), { cwd: scratch.folder }).finished;
      expect([command, code, /^millrace: .*/m.exec(stderr)?.[0]]).toEqual([command, 0, undefined]);
    }
  });

  it('prints of documents with parts what stands below', async () => {
    const script = blockBehind(PAGE, 'run: parts').replace(/^millrace/m, '"$MILLRACE"');
    const env = { ...process.env, MILLRACE: join(ROOT, 'bin/millrace.js') };
    const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: scratch.folder, env });
    expect(stdout).toBe(`${blockBehind(PAGE.slice(PAGE.indexOf('run: parts')), 'prints')}\n`);
  });

  it('has the flags of the page', async () => {
    const { context, stdout } = createFake({ stdout: new Capture(false, 400) });
    await main(['help', 'refine'], context);
    const offered = [...stdout.text.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
    const documented = tableBehind(PAGE, 'flags: refine').map(([flag]) => /--[\w-]+/.exec(flag!)?.[0]);
    expect(offered.length).toBeGreaterThan(30);
    expect(documented.sort()).toEqual(offered.filter((flag) => flag !== '--help').sort());
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
