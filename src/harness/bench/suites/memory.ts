/** Peak memory of a whole process that scores a file, and one that is four times as long. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import { MillraceError } from '../../../core/errors.js';
import type { TimePoint } from '../../../monitor/page/model.js';
import { PROGRAM } from '../../mock-process.js';
import { watchMemory } from '../process-memory.js';
import type { BenchCase, OpenSuite, Suite, SuiteContext } from '../suite.js';
import { checkSame } from './baselines.js';

export const MEMORY_SUITE: Suite = { name: 'memory', title: 'Peak memory of a process', seconds: 14, open };

const TIMES = 4;
const SHORT = 'millrace score, a file';

const run = promisify(execFile);

async function open(context: SuiteContext): Promise<OpenSuite> {
  const { documents } = context;
  const lines = `${documents.lines().join('\n')}\n`;
  const [short, long] = [join(context.folder, 'short.jsonl'), join(context.folder, 'long.jsonl')];
  await writeTimes(short, lines, 1);
  await writeTimes(long, lines, TIMES);
  const names = [`${SHORT}, ${documents.count} documents`, `${SHORT} of ${TIMES} times as many`] as const;
  const overTime = new Map<string, TimePoint[]>();
  const noteOf = (count: number) => (points: TimePoint[]) => void overTime.set(`${count} documents`, points);
  const [first, second] = [noteOf(documents.count), noteOf(TIMES * documents.count)];
  return {
    cases: [
      peak(context, { name: names[0], role: 'baseline', against: [] }, short, documents.count, first),
      peak(context, { name: names[1], role: 'subject', against: [names[0]] }, long, TIMES * documents.count, second),
    ],
    check: () => Promise.resolve(), // each run is checked: all documents have to be in its summary
    processMemory: () => Array.from(overTime, ([label, points]) => ({ label, points })),
    close: () => Promise.resolve(),
  };
}

function peak(
  context: SuiteContext,
  named: Pick<BenchCase, 'name' | 'role' | 'against'>,
  file: string,
  documents: number,
  onMemory: (points: TimePoint[]) => void,
): BenchCase {
  return {
    ...named,
    unit: 'bytes',
    run: async () => {
      const summary = await score(context, file, onMemory);
      checkSame('documents in the summary', summary.documents, documents);
      return summary.peakRssBytes;
    },
  };
}

interface Summary {
  readonly documents: number;
  readonly peakRssBytes: number;
}

async function score(
  { folder, workers, clock, signal }: SuiteContext,
  file: string,
  onMemory: (points: TimePoint[]) => void,
): Promise<Summary> {
  const [output, summary] = [join(folder, 'memory.jsonl'), join(folder, 'summary.json')];
  const args = [PROGRAM, 'score', file, '-o', output, '--summary', summary, '--quiet', '--workers', String(workers)];
  const running = run(process.execPath, args, { signal });
  const { pid } = running.child;
  const watch = pid === undefined ? undefined : watchMemory(pid, clock);
  try {
    await running;
  } finally {
    onMemory(watch?.stop() ?? []);
  }
  return parseSummary(await readFile(summary, 'utf8'));
}

function parseSummary(json: string): Summary {
  const summary: unknown = JSON.parse(json);
  if (typeof summary === 'object' && summary !== null && 'documents' in summary && 'peakRssBytes' in summary) {
    const { documents, peakRssBytes } = summary;
    if (typeof documents === 'number' && typeof peakRssBytes === 'number') return { documents, peakRssBytes };
  }
  throw new MillraceError('ERR_INTERNAL', 'the summary of millrace score has no documents or peakRssBytes');
}

async function writeTimes(path: string, text: string, times: number): Promise<void> {
  await pipeline(function* () {
    for (let time = 0; time < times; time++) yield text;
  }, createWriteStream(path));
}
