/** The command line of the benchmarks. */
import { parseArgs } from 'node:util';
import type { MeasureOptions } from '../src/core/measures.js';

/** The parts by name; `--only` selects of them. */
export const PART_NAMES = [
  'kernel',
  'library',
  'files',
  'keys',
  'cache',
  'flow',
  'jobs',
  'graph',
  'memory',
  'start-up',
  'refine',
  'hostile',
] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What runs unless `--only` says otherwise: not refinement, which takes minutes, nor what has no baseline. */
export const DEFAULT_PARTS: readonly PartName[] = PART_NAMES.filter((name) => name !== 'hostile' && name !== 'refine');

export const USAGE = `npm run bench -- [options]

Measures the throughput of kernel, library, files, cache, jobs, graphs and refinement, peak memory and start-up, each beside a
baseline, and prints how the results stand to the budgets. Results are written to bench/results/.

  --only PARTS   parts to run, parted by commas: ${PART_NAMES.join(', ')}
                 (default: all but refine, which takes minutes, and hostile, texts that are written to be slow)
  --micro        micro-benchmarks instead
  --text PATH    a folder, a text file or JSON Lines (also gzip) with "text" to cut documents from
                 (default: the README files of the installed packages)
  --seed N       of what is drawn when documents are cut (default: 1)
  --rounds N     timed runs of each contestant (default: 5, with --quick 3)
  --measures M   what kernel, library and files measure: entropy, all, or stats for all with statistics (default: entropy)
  --quick        five times less of everything; for a first look only
  --json FILE    where the results go (default: bench/results/<date>.json)
  --help         print this`;

/** What the parts measure; `--measures` selects one. */
export const BENCH_MEASURES = {
  entropy: { measures: 'entropy' },
  all: { measures: 'all' },
  stats: { measures: 'all', stats: true },
} as const satisfies Readonly<Record<string, MeasureOptions>>;

export interface BenchOptions {
  readonly parts: readonly PartName[];
  readonly micro: boolean;
  readonly measures: MeasureOptions;
  readonly text: string | undefined;
  readonly seed: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly help: boolean;
}

/** @throws Error with a line for people when an option is not understood. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      micro: { type: 'boolean', default: false },
      measures: { type: 'string', default: 'entropy' },
      text: { type: 'string' },
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { only, micro, measures, text, seed, rounds, quick, json, help } = values;
  return {
    parts: only === undefined ? DEFAULT_PARTS : parseParts(only.flatMap((names) => names.split(','))),
    micro,
    measures: parseMeasures(measures),
    text,
    seed: parseInteger('--seed', seed, 0),
    rounds: rounds === undefined ? (quick ? 3 : 5) : parseInteger('--rounds', rounds, 1),
    quick,
    json,
    help,
  };
}

function parseParts(names: readonly string[]): PartName[] {
  const unknown = names.find((name) => !PART_NAMES.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`--only takes ${PART_NAMES.join(', ')}, got ${unknown}`);
  return PART_NAMES.filter((part) => names.includes(part));
}

function parseMeasures(name: string): MeasureOptions {
  const known = Object.entries(BENCH_MEASURES).find(([each]) => each === name);
  if (known === undefined) throw new Error(`--measures takes ${Object.keys(BENCH_MEASURES).join(', ')}, got ${name}`);
  return known[1];
}

function parseInteger(option: string, value: string, min: number): number {
  const number = Number(value);
  if (value === '' || !Number.isSafeInteger(number) || number < min) {
    throw new Error(`${option} must be an integer >= ${min}, got ${value}`);
  }
  return number;
}
