/** The library on worker threads, from documents to reports, with 1 and 2 workers. */
import { availableParallelism } from 'node:os';
import type { Engine } from '../src/engine/engine.js';
import { isFailure, type CountsReport } from '../src/core/report.js';
import { atLeast, limitsOf, type Limits } from './budgets.js';
import { checkedReports, checkReports } from './checks.js';
import type { BenchContext } from './context.js';
import type { DocumentSet } from './document-set.js';
import { withBusyTime } from './measure.js';
import { kernelFor, loadEngine } from './millrace.js';
import type { PartResult } from './part.js';
import { compare, ratioIn, throughputTable, type Comparison, type LoadedContestant } from './throughput.js';
import { WC } from './wc.js';

const ONE = '1 worker';
const TWO = '2 workers';

/** Engines by their contestants' names. */
type Engines = ReadonlyMap<string, Engine<CountsReport>>;

export async function benchLibrary(context: BenchContext): Promise<PartResult> {
  const { createEngine } = await loadEngine();
  const engines = new Map([
    [ONE, await createEngine({ ...context.measures, workers: 1 })],
    [TWO, await createEngine({ ...context.measures, workers: 2 })],
  ]);
  try {
    const comparisons: Comparison[] = [];
    for (const set of sets(context)) {
      await check(context, engines, set);
      comparisons.push(await compare(set.name, contestants(context, engines, set), context.rounds));
      set.dispose();
    }
    return resultOf(comparisons, limitsOf(context.measures));
  } finally {
    for (const engine of engines.values()) await engine.close();
  }
}

/** One after the other: each is some 100 MB. */
function* sets(context: BenchContext): Generator<DocumentSet> {
  for (const kilobytes of [1, 4, 16]) yield context.uniformSet(kilobytes);
  yield context.skewedSet();
}

async function check(context: BenchContext, engines: Engines, set: DocumentSet): Promise<void> {
  const expected = checkedReports(await kernelFor(context.measures), set);
  for (const [name, engine] of engines) {
    checkReports(`library, ${name}, ${set.name}`, await scoreAll(engine, set), expected);
  }
}

function contestants(context: BenchContext, engines: Engines, set: DocumentSet): LoadedContestant[] {
  const libraries = Array.from(engines, ([name, engine]) => ({
    name,
    load: set.load,
    run: () => withBusyTime(() => engine.scoreAll(set.documents)),
  }));
  return [...libraries, ...(context.wc ? [context.wc.contestant(set)] : [])];
}

async function scoreAll(engine: Engine<CountsReport>, set: DocumentSet): Promise<CountsReport[]> {
  const outcomes = await engine.scoreAll(set.documents);
  return outcomes.map((outcome) => {
    if (isFailure(outcome)) throw outcome.error;
    return outcome;
  });
}

function resultOf(comparisons: readonly Comparison[], limits: Limits): PartResult {
  const [small] = comparisons;
  const scaling = availableParallelism() < 2 ? undefined : ratioIn(small, TWO, ONE);
  return {
    tables: comparisons.map((comparison) => throughputTable('Library', comparison, [WC, ONE])),
    budgets: [
      ...atLeast('library, 2 workers / wc -w', ratioIn(small, TWO, WC), limits.libraryToWc),
      ...atLeast('library, 2 workers / 1 worker', scaling, limits.libraryScaling),
    ],
    data: comparisons,
  };
}
