/**
 * Proves that chaos hits what it is meant to: a flipped bit lies in an entry of the cache and nowhere else, so that a store finds it
 * damaged and goes on; threads that were started are found and ended; and disturbances follow one another until they are stopped. And
 * that sums of outcomes tell a run that lost, changed or repeated one.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { createCache } from '../../../src/cache/create-cache.js';
import { OutcomeSums } from '../../../src/harness/stress/calm.js';
import { Chaos, killWorker, Threads, type Disturbance } from '../../../src/harness/stress/chaos.js';
import { flipEntryBit } from '../../../src/harness/stress/flip-entry.js';
import { tempFolder } from '../../io/temp-folder.js';
import { ManualClock } from '../../support/manual-clock.js';

describe('a flipped bit', () => {
  const folder = tempFolder();

  it('is one of an entry, which is then damaged; the others are there, and no value is a wrong one', async () => {
    const namespaces = { numbers: { entriesMax: 1, l2: false, l3: { guard: false }, write: 'through' } } as const;
    const cache = await createCache({ dir: folder, namespaces });
    const numbers = cache.namespace('numbers');
    const valueOf = (index: number): Float64Array => Float64Array.from({ length: 30 }, (_, slot) => index + slot);
    for (let index = 0; index < 200; index++) await numbers.set(numbers.key(`text ${index}`), valueOf(index));
    const random = seededRandom(5);
    let missing = 0;
    for (let flips = 0; flips < 20; flips++) expect(flipEntryBit(folder, random)).toBeGreaterThan(8192);
    for (let index = 0; index < 200; index++) {
      const hit = await numbers.get(numbers.key(`text ${index}`));
      if (hit === undefined) missing++;
      else expect(hit.value).toEqual(valueOf(index));
    }
    expect(missing).toBeGreaterThan(0);
    expect(missing).toBeLessThanOrEqual(20);
    await cache.close();
  });

  it('is none where there is no entry', async () => {
    const dir = join(folder, 'empty');
    const cache = await createCache({ dir });
    expect(flipEntryBit(dir, seededRandom(1))).toBeUndefined();
    await cache.close();
  });
});

describe('threads', () => {
  it('that begin are known until they end, and one of them is ended', async () => {
    const threads = new Threads();
    const random = seededRandom(1);
    expect(await killWorker(threads, random).act()).toBe('no thread was running');
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    await new Promise((resolve) => worker.once('online', resolve));
    const { threadId } = worker;
    expect(await killWorker(threads, random).act()).toBe(`ended thread ${threadId}`);
    expect(threads.running).toEqual([]);
    threads.close();
  });
});

describe('chaos', () => {
  it('disturbs in turn, never two at once, says what failed, and ends with what it was at', async () => {
    const clock = new ManualClock(0);
    let finish = (): void => undefined;
    const slow: Disturbance = {
      kind: 'pause',
      act: () => new Promise((resolve) => (finish = () => resolve('paused'))),
    };
    const broken: Disturbance = {
      kind: 'reset',
      act: () => {
        throw new Error('no');
      },
    };
    const chaos = new Chaos({ disturbances: [slow, broken], everyMs: 100, clock });
    await clock.advanceAsync(1000);
    expect(clock.pending).toBe(0); // The first is not over: nothing else is planned.
    finish();
    await clock.advanceAsync(100);
    await clock.advanceAsync(100);
    const stopped = chaos.stop();
    finish();
    expect(await stopped).toEqual([
      { seconds: 0.1, kind: 'pause', what: 'paused' },
      { seconds: 1.1, kind: 'reset', what: 'failed: no' },
      { seconds: 1.2, kind: 'pause', what: 'paused' },
    ]);
    await clock.advanceAsync(1000);
    expect(clock.pending).toBe(0);
  });
});

describe('sums of outcomes', () => {
  const run = fc.uniqueArray(fc.nat(5000), { minLength: 1, maxLength: 200 });

  it('do not care for the order', () => {
    fc.assert(
      fc.property(run, (arrivals) => {
        const [forth, back] = [new OutcomeSums(), new OutcomeSums()];
        for (const arrival of arrivals) forth.add(arrival, { id: arrival });
        for (const arrival of arrivals.toReversed()) back.add(arrival, { id: arrival });
        expect(forth.compare(back).different).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('tell when one is lost, changed or there twice, and in which range', () => {
    fc.assert(
      fc.property(run, fc.constantFrom('lost', 'changed', 'repeated'), fc.nat(), (arrivals, fault, pick) => {
        const [calm, disturbed] = [new OutcomeSums(), new OutcomeSums()];
        const hit = arrivals[pick % arrivals.length]!;
        for (const arrival of arrivals) {
          calm.add(arrival, { id: arrival });
          if (arrival !== hit) disturbed.add(arrival, { id: arrival });
        }
        if (fault === 'changed') disturbed.add(hit, { id: hit, words: 1 });
        if (fault === 'repeated') for (let times = 0; times < 2; times++) disturbed.add(hit, { id: hit });
        expect(disturbed.compare(calm).different).toBe(1);
      }),
      { numRuns: 100 },
    );
  });
});
