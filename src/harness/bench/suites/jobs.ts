/** Items of a job that do nothing, beside as little as can be done. */
import { createEngine, type Engine } from '../../../engine/engine.js';
import { operations, scaled, type OpenSuite, type Suite, type SuiteContext } from '../suite.js';
import { checkSame } from './baselines.js';

export const JOBS_SUITE: Suite = { name: 'jobs', title: 'Jobs, items that do nothing', seconds: 8, open };

const JOB = 'engine.submit';
const LOOP = 'a loop with Promise.all';
const ITEMS = 300_000;
const CONCURRENCY = 100;

type Processor = (item: number) => Promise<void>;

async function open(context: SuiteContext): Promise<OpenSuite> {
  const engine = await createEngine({ workers: 1 });
  const items = Array.from({ length: scaled(ITEMS, context, 1000) }, (_, item) => item);
  const nothing: Processor = () => Promise.resolve();
  return {
    cases: [
      operations({ name: JOB, against: [LOOP] }, context, items.length, () =>
        submit(engine, items, nothing, context.signal),
      ),
      operations({ name: LOOP, role: 'baseline' }, context, items.length, () => loop(items, nothing)),
    ],
    check: async () => {
      for (const run of [
        (each: Processor) => submit(engine, items, each, context.signal),
        (each: Processor) => loop(items, each),
      ]) {
        const times = new Uint8Array(items.length);
        await run((item) => {
          times[item] = (times[item] ?? 0) + 1;
          return Promise.resolve();
        });
        checkSame('items that were not processed once', times.filter((count) => count !== 1).length, 0);
      }
    },
    close: () => engine.close(),
  };
}

async function submit(
  engine: Engine,
  items: readonly number[],
  processor: Processor,
  signal: AbortSignal,
): Promise<void> {
  const { succeeded } = await engine.submit(items, processor, { concurrency: CONCURRENCY, signal }).done;
  checkSame('items that succeeded', succeeded, items.length);
}

async function loop(items: readonly number[], processor: Processor): Promise<void> {
  for (let at = 0; at < items.length; at += CONCURRENCY) {
    await Promise.all(items.slice(at, at + CONCURRENCY).map(processor));
  }
}
