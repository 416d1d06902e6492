/**
 * A process that is killed while it works on a durable job: `<store> <count>`. Prints a line with an ordinal when a result is
 * on record. Run by `durable.test.ts`.
 */
import { createEngine } from '../../../src/engine/engine.js';

const [store = '', count = ''] = process.argv.slice(2);
const engine = await createEngine();
const items = Array.from({ length: Number(count) }, (_, n) => ({ n }));
const options = { store, concurrency: 7, batchSize: 5, ordered: false, retries: 0 };

async function work({ n }: { n: number }): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, n % 4));
  if (n % 10 === 9) throw new Error(`no ${n}`);
  return n * 2;
}

const job = await engine.resume('j', work, { ...options, items }).catch((thrown: unknown) => {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_JOB_NOT_FOUND') {
    return engine.submit(items, work, { ...options, id: 'j' });
  }
  throw thrown;
});
for await (const { ordinal } of job.results) process.stdout.write(`${ordinal}\n`);
process.stdout.write(`done ${JSON.stringify(await job.done)}\n`);
