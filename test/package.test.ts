/**
 * Proves that what is published works for whoever installs it: the package is packed and installed into an empty project, where
 * a script imports the library, the command line is run, and a TypeScript file is type-checked. Nothing of the checkout is
 * in reach there, so a forgotten file (the kernel, the worker's script) or dependency fails here first.
 *
 * Dependencies are installed in the versions of our lock file, so that the answer is the same tomorrow.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TIMEOUT_MS = 180_000;
const IS_WINDOWS = process.platform === 'win32';

interface Manifest {
  readonly version: string;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
}

let folder: string;
let project: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-package-'));
  project = join(folder, 'project');
  await mkdir(project);
  await npm(ROOT, ['pack', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  expect(tarball).toBeDefined();

  const manifest = { name: 'consumer', private: true, type: 'module', overrides: await lockedVersions() };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  await npm(project, ['install', '--no-audit', '--no-fund', '--prefer-offline', join('..', tarball!)]);
}, TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('the package', () => {
  it('holds the library, the worker, the kernel and the command line, and no sources or tests', async () => {
    const installed = join(project, 'node_modules', 'millrace');
    const entries = await readdir(installed, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(installed, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
      .filter((path) => !path.startsWith('node_modules/'));

    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'bin/millrace.js',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/cli/main.js',
        'dist/cache/kernel/hash.wasm',
        'dist/workers/kernel/kernel.wasm',
        'schema/report.schema.json',
        expect.stringMatching(/^dist\/workers\/[^/]*worker[^/]*\.js$/),
      ]),
    );
    const expected =
      /^(bin\/millrace\.js|dist\/(?!\.).+(\.js|\.d\.ts|\.wasm|\.json)|schema\/[\w.]+\.json|[\w.-]+\.json|[A-Z]+(\.md)?)$/;
    expect(files.filter((path) => !expected.test(path) || path.includes('.test.'))).toEqual([]);
  });
});

describe('the library, installed', () => {
  it(
    'scores one document and many, in order, on two workers, and lets the process end',
    async () => {
      await writeFile(join(project, 'score.js'), SCORE_SCRIPT);
      const { stdout } = await run(process.execPath, ['score.js'], project);
      const { one, many, again, texts } = JSON.parse(stdout) as {
        one: Row;
        many: Row[];
        again: Row;
        texts: string[];
      };
      expect(one).toMatchObject({ schema: 1, id: 'one', bytes: 36, words: 6, sentences: 2 });
      expect(many.map(({ id, bytes }) => ({ id, bytes }))).toEqual(
        texts.map((text, ordinal) => ({ id: ordinal, bytes: Buffer.byteLength(text) })),
      );
      for (const row of many) expect(row.entropy.char).toBeGreaterThan(0);
      expect(again).toEqual(many[7]);
    },
    TIMEOUT_MS,
  );

  it(
    'has types that a strict TypeScript project accepts',
    async () => {
      await writeFile(join(project, 'consumer.ts'), CONSUMER);
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify(consumerTsconfig()));
      await run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], project);
    },
    TIMEOUT_MS,
  );
});

describe('the command line, installed', () => {
  it(
    'tells its version through npx',
    async () => {
      const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest;
      const { stdout } = await npm(project, ['exec', '--offline', '--', 'millrace', '--version']);
      expect(stdout.trim()).toBe(version);
    },
    TIMEOUT_MS,
  );

  it(
    'scores a file, a row a document, in order, on stdout',
    async () => {
      const rows = [
        { id: 'a', text: 'First document. It has two sentences.' },
        { text: 'A row without an id.' },
        { id: 3, text: '' },
      ];
      await writeFile(join(project, 'docs.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const bin = join('node_modules', '.bin', IS_WINDOWS ? 'millrace.cmd' : 'millrace');
      const { stdout } = await run(bin, ['score', 'docs.jsonl'], project);
      const lines = stdout.split('\n');
      expect(lines.pop()).toBe('');
      const reports = lines.map((line) => JSON.parse(line) as Row);
      expect(reports.map((report) => report.id)).toEqual(['a', 'docs.jsonl:2', 3]);
      expect(reports.map((report) => report.words)).toEqual([6, 5, 0]);
    },
    TIMEOUT_MS,
  );
});

interface Row {
  readonly id: string | number;
  readonly bytes: number;
  readonly words: number;
  readonly entropy: { readonly char: number };
}

/** 200 distinct documents of 2 KB: several batches, so that both workers get some. */
const SCORE_SCRIPT = `
import { createEngine, isFailure } from 'millrace';

const texts = Array.from({ length: 200 }, (_, n) => {
  let text = '';
  for (let i = 0; text.length < 2048; i++) text += \`Word \${(n * 31 + i * i * 7) % 997} of text \${n} – naïve, isn’t it? \`;
  return text;
});
const engine = await createEngine({ workers: 2 });
const one = await engine.score({ id: 'one', text: 'Two short sentences. That is enough.' });
const many = await engine.scoreAll(texts.map((text, id) => ({ id, text })));
const failed = many.find(isFailure);
if (failed) throw failed.error;
const again = await engine.score({ id: 7, text: texts[7] });
await engine.close();
console.log(JSON.stringify({ one, many, again, texts }));
`;

const CONSUMER = `
import { createEngine, isFailure, MillraceError } from 'millrace';
import type { CountsReport, Document, Engine, Failure, MeasureOptions, Report } from 'millrace';

export async function score(documents: readonly Document[], signal: AbortSignal): Promise<number> {
  await using engine = await createEngine({ workers: 2 });
  const report: Report = await engine.score({ id: 'a', text: 'One document.' }, { signal });
  const outcomes: readonly (Report | Failure)[] = await engine.scoreAll(documents);
  let total = report.entropy.aggregate;
  for (const outcome of outcomes) {
    if (isFailure(outcome)) {
      if (outcome.error instanceof MillraceError && outcome.error.code === 'ERR_WORKER_CRASHED') continue;
      throw outcome.error;
    }
    total += outcome.entropy.aggregate;
  }
  for await (const outcome of engine.stream(documents, { signal })) {
    if (!isFailure(outcome)) total += outcome.words;
  }
  const measures: MeasureOptions = { asOf: 2026, weights: { clarity: 2 }, filters: { c4_quality: { policy: null } } };
  const complete: Engine = await createEngine({ workers: 2, measures: 'all', stats: true });
  const sharedByAll: Engine<CountsReport> = complete;
  total += sharedByAll.stats().documents;
  const { gopher_quality } = (await complete.score({ text: '' })).filters;
  if (gopher_quality.reason === 'gopher_short_doc') total += gopher_quality.stats?.n_words ?? 0;
  const entropy: Engine<CountsReport> = await createEngine({ measures: 'entropy' });
  for (const outcome of await entropy.scoreAll(documents)) if (!isFailure(outcome)) total += outcome.words;
  // @ts-expect-error a report of counts and entropy has no readability
  total += (await entropy.score({ text: '' })).readability;
  // @ts-expect-error what is measured is not known here
  const unknown: Engine = await createEngine(measures);
  // @ts-expect-error a definition cannot be switched off
  await createEngine({ filters: { fineweb_quality: { shortLineLength: null } } });
  // @ts-expect-error a misspelt option is refused
  await createEngine({ worker: 2 });
  return total;
}
`;

function consumerTsconfig(): object {
  return {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      module: 'nodenext',
      moduleResolution: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    },
    files: ['consumer.ts'],
  };
}

/** Name → version of everything that a consumer gets with us, for npm's `overrides`. */
async function lockedVersions(): Promise<Record<string, string>> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as LockFile;
  const shipped = Object.entries(packages).filter(
    ([path, entry]) => /^node_modules\/(?!.*node_modules\/)/.test(path) && !entry.dev,
  );
  return Object.fromEntries(shipped.map(([path, { version }]) => [path.slice('node_modules/'.length), version]));
}

/** Without what npm tells its scripts about our package: npm itself would take it for its own. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(npm_package_|npm_lifecycle_|npm_command$|npm_config_local_prefix$|INIT_CWD$|NODE_ENV$|VITEST)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

function npm(cwd: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const own = process.env['npm_execpath'];
  if (own !== undefined && basename(own) === 'npm-cli.js') return run(process.execPath, [own, ...args], cwd);
  return run(IS_WINDOWS ? 'npm.cmd' : 'npm', args, cwd);
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(command, [...args], {
    cwd,
    env: cleanEnvironment(),
    maxBuffer: 64 * 2 ** 20,
    // Windows runs batch files (npm.cmd, millrace.cmd) through a shell only.
    shell: command.endsWith('.cmd'),
  });
}
