/**
 * Proves that the documents say what is so: the examples of the README run and print what stands below them, its tables of
 * options are those of the command line and of the library, every bound of docs/architecture.md has the value of its constant
 * in the source, and every path and link leads somewhere.
 *
 * A block of code is run when a comment before it says so: `<!-- run: library -->`, and `<!-- prints -->` before what it prints;
 * `<!-- run: shell -->`, `<!-- run: filter -->` and `<!-- run: refine -->` for commands, each of which ends with 0 or with the exit code that its comment names.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../src/cli/score/config.js';
import { MEASURE_DEFAULTS, MEASURE_OPTION_NAMES } from '../src/core/measures.js';
import { ENGINE_DEFAULTS } from '../src/engine/options.js';
import { blockBehind, tableBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'bin', 'millrace.js');
const README = read('README.md');
const ARCHITECTURE = read('docs/architecture.md');
const DOCUMENTS = [
  'README.md',
  'docs/architecture.md',
  'docs/decisions.md',
  'docs/report.md',
  'docs/expressions.md',
  'docs/cache.md',
  'docs/errors.md',
  'docs/refine.md',
  'docs/graphs.md',
  'docs/jobs.md',
  'docs/monitor.md',
  'docs/performance.md',
  'bench/README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
];

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], options: { cwd: string; env?: object }): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

describe('the library example', () => {
  it('prints what stands below it', async () => {
    const code = blockBehind(README, 'run: library');
    const args = ['--input-type=module', '--eval', code];
    const outcome = await run(process.execPath, args, { cwd: ROOT, env: { NO_COLOR: '1' } });
    expect(outcome).toEqual({ code: 0, stdout: `${blockBehind(README, 'prints')}\n`, stderr: '' });
  });
});

describe('examples/', () => {
  it('drop-low-entropy.mjs keeps the rows that are varied enough, as they were', async () => {
    const script = join(ROOT, 'examples', 'drop-low-entropy.mjs');
    const rows = read('examples/corpus/snippets.jsonl').split('\n').filter(Boolean);
    const child = spawn(process.execPath, [script, '0.5'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stdin.end(`${rows.join('\n')}\n`);
    const code = await new Promise((resolve) => child.once('close', resolve));
    const kept = stdout.split('\n').filter(Boolean);
    expect(code).toBe(0);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(rows.length);
    expect(rows.filter((row) => kept.includes(row))).toEqual(kept);
  });
});

describe.skipIf(process.platform === 'win32')('the shell examples', () => {
  let folder: string;
  let env: object;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-readme-'));
    const commands = join(folder, '.bin');
    await mkdir(commands);
    await writeFile(join(commands, 'millrace'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
    await chmod(join(commands, 'millrace'), 0o755);
    env = { PATH: `${commands}${delimiter}${process.env['PATH'] ?? ''}` };

    await cp(join(ROOT, 'examples', 'corpus', 'guides'), join(folder, 'docs'), { recursive: true });
    const rows = ['{"id": "a", "text": "Salt keeps."}', '{"text": "The tide turns twice a day."}'];
    await writeFile(join(folder, 'a.jsonl'), `${rows.join('\n')}\n`);
    await writeFile(join(folder, 'b.jsonl.gz'), gzipSync(`${rows.join('\n')}\n`));
    await writeFile(join(folder, 'broken.jsonl'), `${rows[0]!}\nnot JSON\n`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const commands = ['run: shell', 'run: filter', 'run: refine'].flatMap((comment) =>
    blockBehind(README, comment).split('\n'),
  );

  it('are there', () => {
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.every((command) => /millrace (score|refine|verify) /.test(command))).toBe(true);
  });

  it.each(commands)('%s', async (command) => {
    const expected = Number(/# .*exit code (\d+)/.exec(command)?.[1] ?? 0);
    const { code, stderr } = await run('/bin/sh', ['-c', command], { cwd: folder, env });
    expect({ code, error: /^millrace: .*/m.exec(stderr)?.[0] }).toEqual({ code: expected, error: undefined });
  });
});

describe('the options of the README', () => {
  it('are those of `millrace score --help`', async () => {
    const { stdout } = await run(process.execPath, [BIN, 'score', '--help'], { cwd: ROOT });
    const documented = tableBehind(README, 'options: command line').map(([option]) => /--[\w-]+/.exec(option!)?.[0]);
    const offered = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
    expect(offered.length).toBeGreaterThan(10);
    expect([...documented].sort()).toEqual([...offered].sort());
  });

  it('have the defaults of the engine, on the command line and in the library', () => {
    const documented = tableBehind(README, 'options: library').map(([name, value]) => [name!.slice(1, -1), value!]);
    const names = [...Object.keys(ENGINE_DEFAULTS), ...MEASURE_OPTION_NAMES];
    expect(documented.map(([name]) => name).sort()).toEqual(names.sort());
    const flags = tableBehind(README, 'options: command line').flatMap(([option, value]) => {
      const words = /--([\w-]+)/.exec(option!)?.[1] ?? '';
      const name = words.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      return name in ENGINE_DEFAULTS ? [[name, value!]] : [];
    });
    expect(flags.map(([name]) => name).sort()).toEqual(['maxBytes', 'workerTimeoutMs', 'workers']);
    for (const [name, value] of [...documented, ...flags]) {
      if (MEASURE_OPTION_NAMES.includes(name!)) continue;
      if (name === 'workers') expect(value).toBe('one for each core');
      else expect([name, quantityOf(value!)]).toEqual([name, ENGINE_DEFAULTS[name as keyof typeof ENGINE_DEFAULTS]]);
    }
  });
});

describe('the measures of the README', () => {
  const documented = new Map(
    tableBehind(README, 'options: library').map(([name, value]) => [name!.slice(1, -1), value!]),
  );

  it('have the defaults of the library', () => {
    const { measures, stats, weights } = MEASURE_DEFAULTS;
    expect(documented.get('measures')).toBe(`\`'${measures}'\``);
    expect(documented.get('stats')).toBe(`\`${stats}\``);
    expect(Object.values(weights).map((weight: number) => `${weight} each`)).toEqual(
      new Array(4).fill(documented.get('weights')),
    );
  });

  it('can be set by a file like the one shown', () => {
    const config = /```json\n([^]*?)\n```/.exec(README)?.[1] ?? '';
    expect(Object.keys(parseConfig(config))).toEqual(['asOf', 'weights', 'filters']);
  });
});

describe('the bounds of docs/architecture.md', () => {
  const constants = tableBehind(ARCHITECTURE, 'bounds').flatMap(([what, value, where]) => {
    const [, path, name] = /^`([\w/.-]+)` `([\w.]+)`$/.exec(where!) ?? [];
    return path === undefined || name === undefined ? [] : [{ what: what!, value: value!, path, name }];
  });

  it('are there', () => {
    expect(constants.length).toBeGreaterThan(25);
  });

  it.each(constants)('$name of $path is $value', ({ value, path, name }) => {
    expect(quantityOf(value)).toBe(constantOf(read(path), name));
  });
});

describe('what the documents name', () => {
  it.each(DOCUMENTS)('in %s is there', (document) => {
    const text = read(document);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) =>
      join(dirname(document), link!),
    );
    const paths = [...text.matchAll(/`((?:src|test|bench|docs|scripts|examples)\/[\w./-]*)`/g)].map(
      ([, path]) => path!,
    );
    const missing = [...links, ...paths].filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });
});

const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, KiB: 1024, MiB: 1024 ** 2 };

/** `64 KiB` → 65536. */
function quantityOf(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+) ?(\w*)$/.exec(text) ?? [];
  return Number(digits || Number.NaN) * (UNITS[unit] ?? Number.NaN);
}

/** The value of `const NAME = …;`, or of a property of it as `NAME.property`: a product of numbers and of such constants. */
function constantOf(source: string, path: string): number {
  const [name = '', property] = path.split('.');
  const at = source.search(new RegExp(`^(export )?const ${name}\\b`, 'm'));
  if (at === -1) throw new Error(`there is no constant ${name}`);
  const definition = property === undefined ? `const ${name}\\b[^=]* = ([^;]+);` : `\\b${property}: ([^,}]+)`;
  const value = new RegExp(definition).exec(source.slice(at))?.[1];
  if (value === undefined) throw new Error(`there is no ${path}`);
  return value
    .replace(/(\d+) \*\* (\d+)/, (_, base, exponent) => String(Number(base) ** Number(exponent)))
    .split('*')
    .map((factor) => factor.trim())
    .reduce((product, factor) => {
      const number = /^[\d_]+$/.test(factor) ? Number(factor.replaceAll('_', '')) : constantOf(source, factor);
      return product * number;
    }, 1);
}
