/** Documents to reports on all cores: as library and from file to file, by size, and one call at a time. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

import { isFailure, type CountsReport } from '../../../core/report.js';
import { createEngine, type Engine } from '../../../engine/engine.js';
import { scoreFiles } from '../../../engine/score-files/score-files.js';
import type { BenchDocuments } from '../documents.js';
import { latencyOf } from '../latency.js';
import {
  operations,
  scaled,
  scoring,
  type BenchCase,
  type OpenSuite,
  type Suite,
  type SuiteContext,
} from '../suite.js';
import { checkSame, namesOf, plainScorer, wordCounts } from './baselines.js';

export const SCORE_SUITE: Suite = { name: 'score', title: 'Scoring, all workers', seconds: 32, open };

/** Names that pages and checks look for. */
export const LIBRARY = 'library';
export const FILES = 'JSON Lines to JSON Lines';
const PARSE = 'JSON.parse of the lines';
const ONE_CALL = 'one call after the other';

/** Beside the documents as they are. */
const SIZES = [16_000, 64_000];
const CALLS = 2_000;

async function open(context: SuiteContext): Promise<OpenSuite> {
  const { documents } = context;
  const { workers } = context;
  const complete = await createEngine({ workers });
  const counts = await createEngine({ workers, measures: 'entropy' });
  const baselines = [plainScorer(context, documents), ...wordCounts(context, documents), parsing(context, documents)];
  const against = namesOf(baselines);
  const few = documents.first(scaled(CALLS, context, 200));
  const calls = createHistogram();
  return {
    cases: [
      library(context, complete, documents, { name: LIBRARY, against }),
      library(context, counts, documents, { name: `${LIBRARY}, counts and entropy`, against }),
      ...SIZES.map((bytes) =>
        library(context, complete, documents.joined(bytes), { name: `${LIBRARY}, ${bytes / 1000} KB`, against: [] }),
      ),
      await fileToFile(context, documents, against),
      operations({ name: ONE_CALL }, context, few.count, () => callEach(context, complete, few, calls)),
      ...baselines,
    ],
    check: () => check(context, complete, documents),
    latencies: () => [latencyOf('engine.score, in turn', calls)],
    close: async () => {
      await complete.close();
      await counts.close();
    },
  };
}

function library<R extends CountsReport>(
  context: SuiteContext,
  engine: Engine<R>,
  documents: BenchDocuments,
  { name, against }: { readonly name: string; readonly against: readonly string[] },
): BenchCase {
  const { workers, signal } = context;
  return scoring({ name, against, workers }, context, documents, () =>
    engine.scoreAll(documents.documents, { signal }),
  );
}

async function fileToFile(
  context: SuiteContext,
  documents: BenchDocuments,
  against: readonly string[],
): Promise<BenchCase> {
  const input = await documents.jsonLinesFile();
  const timed = scoring({ name: FILES, against, workers: context.workers }, context, documents, () =>
    scoreFile(context, input),
  );
  return {
    ...timed,
    run: async () => {
      await rm(outputOf(context), { force: true }); // pages that are written over cost less than fresh ones
      return timed.run();
    },
  };
}

async function scoreFile(context: SuiteContext, input: string): Promise<void> {
  const { workers, signal } = context;
  await scoreFiles({ inputs: [input], output: outputOf(context), workers, signal });
}

function outputOf({ folder }: SuiteContext): string {
  return join(folder, 'reports.jsonl');
}

function parsing(context: SuiteContext, documents: BenchDocuments): BenchCase {
  const lines = documents.lines();
  return scoring({ name: PARSE, role: 'baseline' }, context, documents, () => {
    for (const line of lines) JSON.parse(line);
  });
}

async function callEach(
  { clock }: SuiteContext,
  engine: Engine,
  { documents }: BenchDocuments,
  calls: RecordableHistogram,
): Promise<void> {
  for (const document of documents) {
    const started = clock.monotonicMs();
    await engine.score(document);
    calls.record(Math.max(1, Math.round((clock.monotonicMs() - started) * NANOSECONDS)));
  }
}

/** In a millisecond. */
const NANOSECONDS = 1e6;

/** A row of the file is, byte for byte, the report of the library. */
async function check(context: SuiteContext, engine: Engine, documents: BenchDocuments): Promise<void> {
  const outcomes = await engine.scoreAll(documents.documents, { signal: context.signal });
  await scoreFile(context, await documents.jsonLinesFile());
  const rows = (await readFile(outputOf(context), 'utf8')).split('\n');
  checkSame('rows of the file', rows.length - 1, outcomes.length);
  for (const [index, outcome] of outcomes.entries()) {
    if (isFailure(outcome)) throw outcome.error;
    checkSame(`row ${index}`, rows[index], JSON.stringify(outcome));
  }
}
