/** The kernel on one thread, from JavaScript strings to numbers, beside what people use to count words. */
import { readFileSync } from 'node:fs';
import type { Kernel } from '../src/workers/kernel-host.js';
import { countWordsInBytes, obviousReport } from './baselines.js';
import { atLeast, limitsOf, type Budget, type Limits } from './budgets.js';
import { checkedReports, checkObviousReports, checkWords } from './checks.js';
import type { BenchContext } from './context.js';
import type { DocumentSet } from './document-set.js';
import { kernelFor } from './millrace.js';
import type { PartResult } from './part.js';
import { compare, ratioIn, throughputTable, type Comparison, type LoadedContestant } from './throughput.js';
import { WC } from './wc.js';

const KERNEL = 'kernel';

/** Regular expressions are so slow that they get this part of the documents. */
const OBVIOUS_SHARE = 0.1;

export async function benchKernel(context: BenchContext): Promise<PartResult> {
  const kernel = await kernelFor(context.measures);
  const comparisons: Comparison[] = [];
  for (const kilobytes of [1, 4, 16]) {
    const set = context.uniformSet(kilobytes);
    check(context, kernel, set);
    comparisons.push(await compare(set.name, contestants(context, kernel, set), context.rounds));
    set.dispose();
  }
  const limits = limitsOf(context.measures);
  return {
    tables: comparisons.map((comparison) => throughputTable('Kernel', comparison, [WC])),
    budgets: [
      ...atLeast('kernel, 1 core / wc -w', ratioIn(comparisons[0], KERNEL, WC), limits.kernelToWc),
      ...sizeBudget(comparisons, limits),
    ],
    data: comparisons,
  };
}

/** Whether large documents take as long per byte as small ones. */
function sizeBudget(comparisons: readonly Comparison[], { sizeFactor }: Limits): Budget[] {
  if (sizeFactor === undefined) return [];
  const speeds = comparisons.map(({ rows }) => rows.find(({ name }) => name === KERNEL)?.megabytesPerSecond);
  const [small, large] = [speeds[0], speeds.at(-1)];
  const measured = small === undefined || large === undefined ? undefined : small / large;
  return [{ name: 'kernel, time per byte at 16 KB / at 1 KB', measured, unit: '×', atMost: sizeFactor }];
}

function contestants(context: BenchContext, kernel: Kernel, set: DocumentSet): LoadedContestant[] {
  const text = readFileSync(set.textFile());
  const few = set.first(Math.ceil(set.documents.length * OBVIOUS_SHARE));
  return [
    {
      name: KERNEL,
      load: set.load,
      run: () => {
        for (const document of set.documents) kernel.scoreText(document.text);
        return {};
      },
    },
    ...(context.wc ? [context.wc.contestant(set)] : []),
    {
      name: 'byte loop, words only',
      load: set.load,
      run: () => {
        countWordsInBytes(text);
        return {};
      },
    },
    {
      name: 'regular expressions, Map',
      load: few.load,
      run: () => {
        for (const document of few.documents) obviousReport(document.text);
        return {};
      },
    },
  ];
}

function check(context: BenchContext, kernel: Kernel, set: DocumentSet): void {
  const reports = checkedReports(kernel, set);
  checkObviousReports(set, reports);
  checkWords('byte loop', countWordsInBytes(readFileSync(set.textFile())), reports);
  if (context.wc) checkWords(WC, context.wc.countWords(set.textFile()), reports);
}
