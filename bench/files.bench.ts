/** JSON Lines to JSON Lines, from file to file, with 1 and 2 workers. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { atLeast, limitsOf, type Limits } from './budgets.js';
import { checkedReports, checkReports, type Measures } from './checks.js';
import type { BenchContext } from './context.js';
import type { DocumentSet } from './document-set.js';
import { FileScorer, type FileScorerRun } from './file-scorer.js';
import { kernelFor } from './millrace.js';
import type { PartResult } from './part.js';
import { compare, ratioIn, throughputTable, type Comparison, type LoadedContestant } from './throughput.js';
import { WC } from './wc.js';

/** Each run starts its threads anew, some 50 ms: more text than in memory, so that throughput is what is measured. */
const SET_FACTOR = 3;

const ONE = '1 worker';
const TWO = '2 workers';
const WORKERS = [
  [ONE, 1],
  [TWO, 2],
] as const;

export async function benchFiles(context: BenchContext): Promise<PartResult> {
  const scorer = new FileScorer();
  try {
    const comparisons: Comparison[] = [];
    for (const set of sets(context)) {
      await check(context, scorer, set);
      comparisons.push(await compare(set.name, contestants(context, scorer, set), context.rounds));
      set.dispose();
    }
    return resultOf(comparisons, limitsOf(context.measures));
  } finally {
    scorer.close();
  }
}

/** One after the other: each is some 300 MB. */
function* sets(context: BenchContext): Generator<DocumentSet> {
  for (const kilobytes of [1, 4, 16]) yield context.uniformSet(kilobytes, SET_FACTOR);
  yield context.skewedSet(SET_FACTOR);
}

async function check(context: BenchContext, scorer: FileScorer, set: DocumentSet): Promise<void> {
  const expected = checkedReports(await kernelFor(context.measures), set);
  for (const [name, workers] of WORKERS) {
    const output = emptyOutput(context);
    const { summary } = await scoreRows(context, scorer, set, output, workers);
    if (summary.failed > 0)
      throw new Error(`files, ${name}, ${set.name}: ${summary.failed} dead letters: nothing is timed`);
    checkReports(`files, ${name}, ${set.name}`, readReports(output), expected);
  }
}

function contestants(context: BenchContext, scorer: FileScorer, set: DocumentSet): LoadedContestant[] {
  const runs = WORKERS.map(([name, workers]) => {
    let output = '';
    return {
      name,
      load: set.load,
      prepare: () => {
        output = emptyOutput(context);
      },
      run: async () => {
        const { ms, summary } = await scoreRows(context, scorer, set, output, workers);
        return { ms, mainThreadMs: (summary.mainThreadUsPerDocument * set.documents.length) / 1e3 };
      },
    };
  });
  return [...runs, ...(context.wc ? [context.wc.contestant(set)] : [])];
}

function scoreRows(
  { measures }: BenchContext,
  scorer: FileScorer,
  set: DocumentSet,
  output: string,
  workers: number,
): Promise<FileScorerRun> {
  return scorer.run({ input: set.rowsFile(), output, workers, measures });
}

/** Path of an output in a folder that is emptied: pages written over old ones cost less than fresh ones. */
function emptyOutput(context: BenchContext): string {
  const folder = join(context.folder, 'output');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return join(folder, 'reports.jsonl');
}

/** Row by row: with statistics all of them are more than a string can hold. */
function readReports(output: string): Measures[] {
  const bytes = readFileSync(output);
  const reports: Measures[] = [];
  for (let start = 0, end = bytes.indexOf('\n'); end !== -1; start = end + 1, end = bytes.indexOf('\n', start)) {
    reports.push(JSON.parse(bytes.toString('utf8', start, end)) as Measures);
  }
  return reports;
}

function resultOf(comparisons: readonly Comparison[], limits: Limits): PartResult {
  const small = comparisons[0];
  const skewed = comparisons.at(-1);
  const scalingOf = (comparison: Comparison | undefined): number | undefined =>
    availableParallelism() < 2 ? undefined : ratioIn(comparison, TWO, ONE);
  return {
    tables: comparisons.map((comparison) => throughputTable('JSON Lines to JSON Lines', comparison, [WC, ONE])),
    budgets: [
      ...atLeast('files, 2 workers / wc -w', ratioIn(small, TWO, WC), limits.filesToWc),
      ...atLeast('files, 2 workers / 1 worker', scalingOf(small), limits.filesScaling),
      ...atLeast(
        'files, 2 workers / 1 worker, 1 % of documents 100 times larger',
        scalingOf(skewed),
        limits.skewedScaling,
      ),
    ],
    data: comparisons,
  };
}
