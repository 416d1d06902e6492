/** Whole processes: what a command costs before it does anything. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from './context.js';
import { interleave, median, type Contestant, type Timing } from './measure.js';
import type { PartResult } from './part.js';
import { formatNumber } from './table.js';

const ROUNDS = 25;

const NODE = 'node -e 0';
const HELP = 'millrace --help';
const FIRST_REPORT = 'first report';

const BIN = fileURLToPath(new URL('../bin/millrace.js', import.meta.url));
const FIRST_REPORT_CODE = `
import { createEngine } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
const engine = await createEngine();
const report = await engine.score({ text: 'One sentence of five words.' });
console.log(report.words, 'words');
await engine.close();`;

export async function benchStartUp(context: BenchContext): Promise<PartResult> {
  const timings = await interleave(
    [
      command(NODE, ['-e', '0'], ''),
      command(HELP, [BIN, '--help'], 'score'),
      command(FIRST_REPORT, ['--input-type=module', '-e', FIRST_REPORT_CODE], '5 words'),
    ],
    context.count(ROUNDS),
  );
  return {
    tables: [{ title: 'Start-up, whole processes', header: ['', 'ms', 'min', 'max', '+ ms'], rows: rowsOf(timings) }],
    budgets: [
      { name: 'millrace --help, beyond node -e 0', measured: extraMs(timings, HELP), unit: 'ms', atMost: 60 },
      { name: 'first report, beyond node -e 0', measured: extraMs(timings, FIRST_REPORT), unit: 'ms', atMost: 200 },
    ],
    data: timings,
  };
}

/** @param expected - what its output must hold. */
function command(name: string, args: readonly string[], expected: string): Contestant {
  return {
    name,
    run: () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0 || !stdout.includes(expected)) throw new Error(`${name} failed: ${stderr}`);
      return {};
    },
  };
}

function rowsOf(timings: readonly Timing[]): string[][] {
  return timings.map(({ name, ms }) => [
    name,
    formatNumber(median(ms)),
    formatNumber(Math.min(...ms)),
    formatNumber(Math.max(...ms)),
    formatNumber(extraMs(timings, name)),
  ]);
}

function extraMs(timings: readonly Timing[], name: string): number {
  const [subject, baseline] = [name, NODE].map((wanted) => timings.find((timing) => timing.name === wanted)?.ms ?? []);
  return median((subject ?? []).map((ms, round) => ms - (baseline?.[round] ?? Number.NaN)));
}
