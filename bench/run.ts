/**
 * Runs the benchmarks: `npm run bench -- --help`.
 *
 * Exit codes: 0 measured (budgets that are missed are printed, since they depend on what else the machine does) ·
 * 1 something is wrong, nothing more was timed · 2 bad usage · 130 interrupted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../src/core/errors.js';
import { budgetTable, type Budget } from './budgets.js';
import { benchCache } from './cache.bench.js';
import { BenchContext } from './context.js';
import { benchFiles } from './files.bench.js';
import { benchFlow } from './flow.bench.js';
import { benchGraph } from './graph.bench.js';
import { benchHostile } from './hostile.bench.js';
import { benchJobs } from './jobs.bench.js';
import { benchKernel } from './kernel.bench.js';
import { benchKeys } from './keys.bench.js';
import { benchLibrary } from './library.bench.js';
import { describeMachine, formatMachine } from './machine.js';
import { benchMemory } from './memory.bench.js';
import { benchMicro } from './micro.bench.js';
import { parseBenchOptions, USAGE, type BenchOptions, type PartName } from './options.js';
import type { Part } from './part.js';
import { hasBenchFlags, runBenchFile } from './processes.js';
import { benchRefine } from './refine.bench.js';
import { writeResults } from './results.js';
import { benchStartUp } from './start-up.bench.js';
import { formatTable } from './table.js';
import { collectText, type RealText } from './text.js';

const PARTS: Readonly<Record<PartName | 'micro', Part>> = {
  kernel: benchKernel,
  library: benchLibrary,
  files: benchFiles,
  keys: benchKeys,
  memory: benchMemory,
  'start-up': benchStartUp,
  flow: benchFlow,
  graph: benchGraph,
  cache: benchCache,
  jobs: benchJobs,
  refine: benchRefine,
  hostile: benchHostile,
  micro: benchMicro,
};

const INTERRUPTED = 130;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseBenchOptions(args);
  } catch (error) {
    console.error(messageOf(error));
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  if (!hasBenchFlags()) return runBenchFile('run.ts', args);
  try {
    await bench(options);
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  }
}

async function bench(options: BenchOptions): Promise<void> {
  const machine = describeMachine();
  const text = await collectText(options.text);
  console.log(formatMachine(machine));
  console.log(describeText(text, options));

  const folder = makeFolder();
  const context = new BenchContext({ ...options, text, folder });
  const parts: Record<string, unknown> = {};
  const budgets: Budget[] = [];
  for (const name of options.micro ? (['micro'] as const) : options.parts) {
    const result = await PARTS[name](context);
    for (const table of result.tables) console.log(`\n${formatTable(table)}`);
    parts[name] = result.data;
    budgets.push(...result.budgets);
  }
  if (budgets.length > 0) console.log(`\n${formatTable(budgetTable(budgets))}`);
  console.log(`\n${writeResults({ machine, options, text, parts, budgets })}`);
}

/** A folder that is gone when the process is, also when it is interrupted: there may be a gigabyte in it. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));
  return folder;
}

function describeText({ source, texts, bytes, digest }: RealText, { seed, rounds }: BenchOptions): string {
  const size = `${texts.toLocaleString('en-US')} texts, ${(bytes.length / 1e6).toFixed(1)} MB, sha256 ${digest.slice(0, 12)}`;
  return `${source}: ${size} · seed ${seed} · median of ${rounds} rounds`;
}
