/** Peak memory of streams of very different length, each in a process of its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext } from './context.js';
import { median } from './measure.js';
import type { PartResult } from './part.js';
import { readBenchFile } from './processes.js';
import { formatNumber } from './table.js';

const SHORT = 200_000;
/** With `--quick` only this is less: a shorter stream ends before the heap has its size. */
const LONG = 2_000_000;
const ROUNDS = 2;
const MB = 1e6;

/** What a process reports about its stream. */
export interface StreamFacts {
  readonly documents: number;
  readonly bytes: number;
  readonly ms: number;
  readonly peakRssBytes: number;
}

export async function benchMemory(context: BenchContext): Promise<PartResult> {
  const text = join(context.folder, 'stream.txt');
  writeFileSync(text, context.text.bytes);
  const counts = [SHORT, context.count(LONG)];
  const runs: StreamFacts[][] = counts.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, count] of counts.entries()) runs[index]!.push(await stream(text, count, context.seed));
  }
  const [short = Number.NaN, long = Number.NaN] = runs.map((facts) => median(facts.map(peakMegabytes)));
  return {
    tables: [
      {
        title: 'Memory, documents of 1 KB streamed with 2 workers',
        header: ['documents', 'peak RSS, MB', 'min', 'max', 'MB/s'],
        rows: runs.map(rowOf),
      },
    ],
    budgets: [
      {
        name: `peak memory, ${counts.map((count) => count.toLocaleString('en-US')).join(' → ')} documents`,
        measured: long - short,
        unit: 'MB',
        atMost: 64,
      },
    ],
    data: runs.flat(),
  };
}

async function stream(text: string, count: number, seed: number): Promise<StreamFacts> {
  const output = await readBenchFile('stream-process.ts', [text, String(count), String(seed)]);
  return JSON.parse(output) as StreamFacts;
}

function rowOf(facts: readonly StreamFacts[]): string[] {
  const peaks = facts.map(peakMegabytes);
  const speeds = facts.map(({ bytes, ms }) => bytes / ms / 1e3);
  return [
    (facts[0]?.documents ?? 0).toLocaleString('en-US'),
    formatNumber(median(peaks)),
    formatNumber(Math.min(...peaks)),
    formatNumber(Math.max(...peaks)),
    formatNumber(median(speeds)),
  ];
}

function peakMegabytes({ peakRssBytes }: StreamFacts): number {
  return peakRssBytes / MB;
}
