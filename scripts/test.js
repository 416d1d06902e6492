/**
 * `npm test`: sets up, then runs every check: types, lint and format side by side, then the tests.
 *
 * Arguments go to vitest (`npm test -- test/core`); coverage is then left out, since part of the tests cannot reach it.
 * The last line counts tests and checks together: `123 passed, 0 failed`, with `, 2 skipped` when some were.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { installOracles } from './oracles.js';
import { runAfterSetUp, runNode } from './set-up.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = 'node_modules/.cache/millrace';

const STATIC_CHECKS = [
  {
    name: 'types (tsc)',
    args: [
      'node_modules/typescript/bin/tsc',
      ...['-p', 'tsconfig.json', '--noEmit', '--pretty'],
      ...['--incremental', '--tsBuildInfoFile', `${CACHE}/types.tsbuildinfo`],
    ],
  },
  {
    name: 'lint (eslint)',
    args: [
      'node_modules/eslint/bin/eslint.js',
      ...['.', '--max-warnings', '0', '--cache', '--cache-strategy', 'content', '--cache-location', `${CACHE}/eslint/`],
    ],
  },
  {
    name: 'format (prettier)',
    args: [
      'node_modules/prettier/bin/prettier.cjs',
      ...['--check', '--log-level', 'warn', '.'],
      ...['--cache', '--cache-strategy', 'content', '--cache-location', `${CACHE}/prettier`],
    ],
  },
];

await runAfterSetUp(async () => {
  await installOracles();
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];

  const outcomes = await Promise.all(STATIC_CHECKS.map(runCaptured));
  for (const { name, ok, output, seconds } of outcomes) {
    heading(name, ok ? 'ok' : 'FAILED', seconds);
    if (output !== '') console.log(output.trimEnd());
    tally[ok ? 'passed' : 'failed']++;
    if (!ok) failures.push(name);
  }

  const started = performance.now();
  heading('tests (vitest)');
  const tests = await runTests(process.argv.slice(2));
  heading('tests (vitest)', tests.ok ? 'ok' : 'FAILED', (performance.now() - started) / 1000);
  for (const outcome of Object.keys(tally)) tally[outcome] += tests[outcome];
  failures.push(...tests.failures);

  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`);
  return failures.length > 0 ? 1 : 0;
});

function heading(name, outcome, seconds) {
  const rest = outcome === undefined ? '' : `: ${outcome}, ${seconds.toFixed(1)} s`;
  console.log(`\n== ${name}${rest}`);
}

/** Runs a check with its output kept back, so that checks running side by side do not mix theirs. */
function runCaptured({ name, args }) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ name, ok: code === 0, output, seconds: (performance.now() - started) / 1000 });
    });
  });
}

async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  const file = join(folder, 'tests.json');
  try {
    const code = await runNode([
      'node_modules/vitest/vitest.mjs',
      ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ...(args.length > 0 ? args : ['--coverage']),
    ]);
    return { ok: code === 0, ...readTests(file, code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts from vitest's JSON; what fails outside of a test (a file that does not load, coverage) counts as one failure. */
function readTests(file, code) {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  try {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    counts.passed = results.numPassedTests;
    counts.failed = results.numFailedTests;
    counts.skipped = results.numPendingTests + results.numTodoTests;
    for (const suite of results.testResults) {
      const failed = suite.assertionResults.filter((test) => test.status === 'failed');
      counts.failures.push(...failed.map((test) => test.fullName));
      if (suite.status === 'failed' && failed.length === 0) {
        counts.failed++;
        counts.failures.push(suite.name);
      }
    }
  } catch {
    counts.failures.push(`vitest gave no results (exit code ${code})`);
    counts.failed++;
  }
  if (code !== 0 && counts.failed === 0) {
    counts.failed++;
    counts.failures.push('vitest (coverage below its threshold, or an error outside of the tests; see above)');
  }
  return counts;
}
