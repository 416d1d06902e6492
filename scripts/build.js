/**
 * Builds dist/ from src/, and only what is stale.
 *
 *   code          src/**\/*.ts              ─ tsc ─▶  dist/**\/*.js, *.d.ts
 *   kernel        src/workers/kernel/*.ts  ─ asc ─▶  dist/workers/kernel/kernel.wasm
 *   cache kernel  src/cache/kernel/*.ts    ─ asc ─▶  dist/cache/kernel/hash.wasm
 *
 * A step's inputs are its sources, its options and the lock file; their digest is kept in dist/.build.json with the list of
 * outputs. A step writes into a folder of its own first and its outputs are moved into place when it has succeeded, so a
 * failed or interrupted build leaves the old outputs, and its digest is not recorded.
 *
 * Everything is printed on stderr: `npm start` keeps stdout for rows.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const RECORD = join(DIST, '.build.json');
const LOCK = join(DIST, '.build.lock');
const STAGING = '.staging-';

/** Programs in AssemblyScript: a folder of src/ with a configuration of its own, and the file below dist/ that it becomes. */
const KERNELS = [
  { name: 'kernel', folder: 'src/workers/kernel/', config: 'asconfig.json', output: 'workers/kernel/kernel.wasm' },
  {
    name: 'cache kernel',
    folder: 'src/cache/kernel/',
    config: 'asconfig.cache.json',
    output: 'cache/kernel/hash.wasm',
  },
];

/** `command(outDir)` is what Node runs, from the repository's root, to write the step's outputs below `outDir`. */
const STEPS = [
  {
    name: 'code',
    isSource: (path) => path.startsWith('src/') && !KERNELS.some(({ folder }) => path.startsWith(folder)),
    options: ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json', 'scripts/build.js'],
    command: (outDir) => ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', outDir],
  },
  ...KERNELS.map(({ name, folder, config, output }) => ({
    name,
    isSource: (path) => path.startsWith(folder) && path.endsWith('.ts'),
    options: [config, 'package-lock.json', 'scripts/build.js'],
    command: (outDir) => ['node_modules/assemblyscript/bin/asc.js', '--config', config, '-o', `${outDir}/${output}`],
  })),
];

/** Brings dist/ up to date. Rejects when a step fails; what the compiler said is on stderr by then. */
export async function build({ force = false } = {}) {
  if (!force && staleSteps(readRecord()).length === 0) return;
  await withLock(LOCK, async () => {
    const record = readRecord(); // Again: another process may have built while this one waited.
    const stale = force ? STEPS : staleSteps(record);
    if (stale.length === 0) return;
    for (const step of stale) record[step.name] = undefined;
    writeRecord(record);

    const outcomes = await Promise.allSettled(
      stale.map(async (step) => {
        record[step.name] = await runStep(step);
        writeRecord(record);
      }),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
    sweep(record);
  });
}

function staleSteps(record) {
  const contents = readInputs();
  return STEPS.filter((step) => {
    const built = record[step.name];
    if (!built || !built.outputs.every((path) => existsSync(join(DIST, path)))) return true;
    return built.digest !== digestOf(step, contents, built.shared);
  });
}

async function runStep(step) {
  const started = performance.now();
  const contents = readInputs(); // Before the compiler does: after an edit while it runs, the step is stale.
  const staging = join(DIST, `${STAGING}${step.name.replaceAll(' ', '-')}-${process.pid}`);
  mkdirSync(staging, { recursive: true });
  try {
    await run(step, step.command(relative(ROOT, staging).replaceAll(sep, '/')));
    const outputs = listFiles(staging);
    const shared = sharedSources(step, contents, outputs);
    for (const path of outputs) {
      mkdirSync(dirname(join(DIST, path)), { recursive: true });
      renameSync(join(staging, path), join(DIST, path));
    }
    console.error(`built ${step.name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return { digest: digestOf(step, contents, shared), outputs, shared };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function run(step, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`building ${step.name} failed (${signal ?? `exit code ${code}`})`));
    });
  });
}

/** Sources of another step that this one compiled too because it imports them: the kernel's constants, for the host. */
function sharedSources(step, contents, outputs) {
  const emitted = new Set(outputs.map((path) => `src/${path}`));
  return [...contents.keys()].filter((path) => !step.isSource(path) && emitted.has(path.replace(/\.ts$/, '.js')));
}

/** Path → content of everything that any step reads. */
function readInputs() {
  const options = new Set(STEPS.flatMap((step) => step.options));
  const paths = [...options, ...listFiles(join(ROOT, 'src'), 'src/')];
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path))]));
}

function digestOf(step, contents, shared) {
  const hash = createHash('sha256');
  for (const [path, content] of contents) {
    if (!step.isSource(path) && !step.options.includes(path) && !shared.includes(path)) continue;
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Removes what no step has put there: outputs of deleted sources, leftovers of interrupted builds. */
function sweep(record) {
  const expected = new Set(Object.values(record).flatMap((step) => step.outputs));
  for (const path of listFiles(DIST)) {
    if (!expected.has(path) && join(DIST, path) !== RECORD && join(DIST, path) !== LOCK) rmSync(join(DIST, path));
  }
  removeEmptyFolders(DIST);
}

function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    removeEmptyFolders(path);
    if (readdirSync(path).length === 0) rmSync(path, { recursive: true });
  }
}

/** Paths of all files below `folder`, with `/`, sorted. */
function listFiles(folder, prefix = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => prefix + relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

function readRecord() {
  try {
    return JSON.parse(readFileSync(RECORD, 'utf8'));
  } catch {
    return {}; // None yet, or cut off by a crash: everything is stale.
  }
}

function writeRecord(record) {
  const partial = `${RECORD}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(record, undefined, 1));
  renameSync(partial, RECORD);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const unknown = args.find((argument) => argument !== '--force');
  try {
    if (unknown !== undefined) throw new Error(`build.js takes --force only, got ${unknown}`);
    await build({ force: args.includes('--force') });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
