/** The scoring kernel alone: strings of JavaScript to numbers on one thread. */
import { resolveMeasures } from '../../../core/measures.js';
import { Kernel } from '../../../workers/kernel-host.js';
import { SLOT_BYTES, SLOT_CHARS, SLOT_ENTROPY_CHAR, SLOT_WORDS } from '../../../workers/kernel/report-slots.js';
import { measureRow } from '../../../workers/measure-row.js';
import { plainReport } from '../plain-scorer.js';
import { scoring, type OpenSuite, type Suite, type SuiteContext } from '../suite.js';
import type { BenchDocuments } from '../documents.js';
import { checkClose, checkSame, namesOf, plainScorer, wordCounts } from './baselines.js';

export const KERNEL_SUITE: Suite = { name: 'kernel', title: 'Kernel, one thread', seconds: 12, open };

function open(context: SuiteContext): Promise<OpenSuite> {
  const { documents } = context;
  const [complete, counts] = [kernelFor('all'), kernelFor('entropy')];
  const baselines = [plainScorer(context, documents), ...wordCounts(context, documents)];
  const against = namesOf(baselines);
  const over = (kernel: Kernel) => () => {
    for (const { text } of documents.documents) kernel.scoreText(text);
  };
  return Promise.resolve({
    cases: [
      scoring({ name: 'counts and entropy', against }, context, documents, over(counts)),
      scoring({ name: 'complete report', against }, context, documents, over(complete)),
      ...baselines,
    ],
    check: () => {
      check(documents, complete, counts);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
}

function kernelFor(measures: 'all' | 'entropy'): Kernel {
  return Kernel.load(measureRow(resolveMeasures('bench', { measures })));
}

/** What is defined alike in any language: sizes, code points and their entropy. The two kernels agree in words as well. */
function check({ documents }: BenchDocuments, complete: Kernel, counts: Kernel): void {
  for (const [index, { text }] of documents.slice(0, CHECKED_MAX).entries()) {
    const what = `document ${index}`;
    const expected = plainReport(text.toWellFormed());
    const words = counts.scoreText(text)[SLOT_WORDS];
    const row = complete.scoreText(text);
    checkSame(`${what}: bytes`, row[SLOT_BYTES], expected.bytes);
    checkSame(`${what}: chars`, row[SLOT_CHARS], expected.chars);
    checkSame(`${what}: words`, row[SLOT_WORDS], words);
    checkClose(`${what}: entropy.char`, row[SLOT_ENTROPY_CHAR] ?? NaN, expected.charEntropy);
  }
}

const CHECKED_MAX = 500;
