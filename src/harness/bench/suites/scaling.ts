/** The same documents with 1 to N workers. */
import { createEngine, type Engine } from '../../../engine/engine.js';
import { isFailure } from '../../../core/report.js';
import { scoring, type OpenSuite, type Suite, type SuiteContext } from '../suite.js';
import { checkSame } from './baselines.js';

export const SCALING_SUITE: Suite = { name: 'scaling', title: 'Scaling, complete reports', seconds: 16, open };

/** Numbers of workers that are measured: 1, 2, 4, … and the most. */
export function workerCounts(most: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

async function open(context: SuiteContext): Promise<OpenSuite> {
  const { signal } = context;
  const { documents } = context;
  const engines = new Map<number, Engine>();
  for (const workers of workerCounts(context.workers)) engines.set(workers, await createEngine({ workers }));
  const one = nameOf(1);
  return {
    cases: Array.from(engines, ([workers, engine]) => {
      const role = workers === 1 ? 'baseline' : 'subject';
      const against = workers === 1 ? [] : [one];
      return scoring({ name: nameOf(workers), role, against, workers }, context, documents, () =>
        engine.scoreAll(documents.documents, { signal }),
      );
    }),
    check: async () => {
      const texts: string[] = [];
      for (const engine of engines.values()) {
        const outcomes = await engine.scoreAll(documents.documents.slice(0, CHECKED_MAX), { signal });
        for (const outcome of outcomes) if (isFailure(outcome)) throw outcome.error;
        texts.push(JSON.stringify(outcomes));
      }
      for (const [index, text] of texts.entries()) checkSame(`reports of engine ${index}`, text, texts[0]);
    },
    close: async () => {
      for (const engine of engines.values()) await engine.close();
    },
  };
}

const CHECKED_MAX = 1000;

function nameOf(workers: number): string {
  return workers === 1 ? '1 worker' : `${workers} workers`;
}
