/**
 * Proves what jobs promise for any mix of outcomes, with time by hand: every item is processed to its end exactly once, whatever
 * fails, hangs, is retried or has another priority; a cancelled job leaves nothing behind and its counts add up; more concurrency
 * never finishes less. Each item follows a script, and the model reads from the script what must come out.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finalError } from '../../../src/core/flow/final-error.js';
import { PRIORITIES } from '../../../src/core/flow/priority.js';
import type { ItemContext } from '../../../src/engine/jobs/item-context.js';
import type { Items } from '../../../src/engine/jobs/item-source.js';
import type { JobSummary } from '../../../src/engine/jobs/job.js';
import { Jobs } from '../../../src/engine/jobs/jobs.js';
import { resolveJobsOptions } from '../../../src/engine/jobs/options.js';
import type { ItemResult } from '../../../src/engine/jobs/results.js';
import { drive } from '../../support/drive.js';
import { ManualClock, settle } from '../../support/manual-clock.js';

type Outcome = 'ok' | 'fail' | 'final' | 'throw' | 'hang';

interface Step {
  readonly outcome: Outcome;
  readonly delayMs: number;
}

/** What each try of an item does; the last step is that of all further tries. */
type Script = readonly [Step, ...Step[]];

const TIMEOUT_MS = 30;

const step: fc.Arbitrary<Step> = fc.record({
  outcome: fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'fail', 'final', 'throw', 'hang'),
  // Which of two timers of one moment rings first is left open.
  delayMs: fc.integer({ min: 0, max: 40 }).filter((delayMs) => delayMs !== TIMEOUT_MS),
});
const script = fc.array(step, { minLength: 1, maxLength: 4 }) as unknown as fc.Arbitrary<Script>;

const job = fc.record({
  scripts: fc.array(script, { maxLength: 25 }),
  source: fc.constantFrom('array', 'iterable', 'async'),
  options: fc.record({
    priority: fc.constantFrom(...PRIORITIES),
    concurrency: fc.integer({ min: 1, max: 8 }),
    batchSize: fc.integer({ min: 1, max: 10 }),
    retries: fc.integer({ min: 0, max: 3 }),
    baseMs: fc.integer({ min: 1, max: 50 }),
    ordered: fc.boolean(),
    windowItems: fc.integer({ min: 1, max: 30 }),
  }),
});

function stepAt(item: Script, attempt: number): Step {
  return item[Math.min(attempt, item.length) - 1]!;
}

/** What a try comes to: hanging and waiting for too long are the same. */
function outcomeOf(item: Script, attempt: number): 'ok' | 'again' | 'final' {
  const { outcome, delayMs } = stepAt(item, attempt);
  if (outcome === 'hang' || (outcome !== 'throw' && delayMs >= TIMEOUT_MS)) return 'again';
  return outcome === 'ok' || outcome === 'final' ? outcome : 'again';
}

/** How often an item is tried and whether it succeeds. */
function expected(item: Script, retries: number): { tries: number; succeeds: boolean } {
  for (let attempt = 1; ; attempt++) {
    const outcome = outcomeOf(item, attempt);
    if (outcome === 'ok') return { tries: attempt, succeeds: true };
    if (outcome === 'final' || attempt > retries) return { tries: attempt, succeeds: false };
  }
}

function sourceOf(kind: string, scripts: readonly Script[]): Items<Script> {
  if (kind === 'array') return scripts;
  if (kind === 'iterable') return new Set(scripts.map((each) => [...each] as unknown as Script));
  return (async function* () {
    for (const each of scripts) {
      await settle();
      yield each;
    }
  })();
}

/** A processor that follows scripts, and what it has seen. */
class Scripted {
  readonly tries = new Map<number, number>();
  running = 0;
  mostRunning = 0;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  readonly process = (item: Script, { ordinal, attempt, signal }: ItemContext): Promise<number> => {
    expect(attempt).toBe((this.tries.get(ordinal) ?? 0) + 1);
    this.tries.set(ordinal, attempt);
    const { outcome, delayMs } = stepAt(item, attempt);
    if (outcome === 'throw') throw new Error('at once');
    this.running++;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    return new Promise<number>((resolve, reject) => {
      const end = (settleIt: () => void): void => {
        this.running--;
        timer?.cancel();
        signal.removeEventListener('abort', onAbort);
        settleIt();
      };
      const onAbort = (): void => {
        end(() => {
          reject(new Error('told to stop'));
        });
      };
      signal.addEventListener('abort', onAbort);
      const answer = (): void => {
        end(() => {
          if (outcome === 'ok') resolve(ordinal * 2);
          else reject(outcome === 'final' ? finalError(new Error('for good')) : new Error('once more'));
        });
      };
      const timer = outcome === 'hang' ? undefined : this.#clock.schedule(answer, delayMs);
    });
  };
}

async function collect(results: AsyncIterable<ItemResult<number>>): Promise<ItemResult<number>[]> {
  const collected: ItemResult<number>[] = [];
  try {
    for await (const result of results) collected.push(result);
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'ERR_ABORTED' });
  }
  return collected;
}

function jobsOf(clock: ManualClock, seed: number, concurrency = 10_000): Jobs {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  return new Jobs(resolveJobsOptions({ concurrency }), { clock, random });
}

describe('jobs that run to their end', () => {
  it('process every item exactly once, and tell exactly what became of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (plans, limit, seed) => {
          const clock = new ManualClock();
          const jobs = jobsOf(clock, seed, limit);
          const runs = plans.map(({ scripts, source, options }) => {
            const scripted = new Scripted(clock);
            const submitted = jobs.submit(sourceOf(source, scripts), scripted.process, {
              ...options,
              timeoutMs: TIMEOUT_MS,
            });
            const retryDelays: [attempt: number, delayMs: number][] = [];
            submitted.on('retry', ({ attempt, delayMs }) => retryDelays.push([attempt, delayMs]));
            return { scripted, submitted, retryDelays, results: collect(submitted.results) };
          });
          await drive(clock, Promise.all(runs.map(({ submitted }) => submitted.done)));
          for (const [index, { scripted, submitted, results, retryDelays }] of runs.entries()) {
            const { scripts, options } = plans[index]!;
            const model = scripts.map((each) => expected(each, options.retries));
            const succeeded = model.filter(({ succeeds }) => succeeds).length;
            const retried = model.reduce((sum, { tries }) => sum + tries - 1, 0);
            expect(await submitted.done).toMatchObject({
              status: 'completed',
              total: scripts.length,
              processed: scripts.length,
              succeeded,
              failed: scripts.length - succeeded,
              retried,
              givenUp: 0,
            });
            expect([...scripted.tries].sort(([a], [b]) => a - b).map(([, tries]) => tries)).toEqual(
              model.map(({ tries }) => tries),
            );
            const outcomes = await results;
            const sorted = options.ordered ? outcomes : outcomes.sort((a, b) => a.ordinal - b.ordinal);
            expect(sorted.map((result) => [result.ordinal, 'value' in result && result.value])).toEqual(
              model.map(({ succeeds }, ordinal) => [ordinal, succeeds && ordinal * 2]),
            );
            expect(scripted.mostRunning).toBeLessThanOrEqual(Math.min(options.concurrency, limit));
            expect(retryDelays).toHaveLength(retried);
            for (const [attempt, delayMs] of retryDelays) {
              expect(delayMs).toBeGreaterThanOrEqual(0);
              expect(delayMs).toBeLessThan(Math.min(60_000, options.baseMs * 2 ** (attempt - 1)));
            }
          }
          expect(clock.pending).toBe(0);
          expect(jobs.statistics().runningItems).toBe(0);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('never finish less by a time with more concurrency', async () => {
    const finishedBy = async (delays: readonly number[], concurrency: number, untilMs: number): Promise<number> => {
      const clock = new ManualClock();
      const running = jobsOf(clock, 1).submit(
        delays,
        (delayMs) => new Promise<void>((resolve) => clock.schedule(resolve, delayMs)),
        { concurrency, ordered: false },
      );
      for (let ms = 0; ms <= untilMs; ms++) {
        for (let turn = 0; turn < 3; turn++) await settle();
        if (ms < untilMs) clock.advance(1);
      }
      return running.progress.processed;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 15 }),
        async (delays, concurrency, untilMs) => {
          const fewer = await finishedBy(delays, concurrency, untilMs);
          const more = await finishedBy(delays, concurrency + 1, untilMs);
          expect(more).toBeGreaterThanOrEqual(fewer);
          expect([fewer, more]).toEqual(
            [concurrency, concurrency + 1].map((lanes) => modelled(delays, lanes, untilMs)),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Items finished by a time when each begins as soon as one of so many lanes is free. */
function modelled(delays: readonly number[], lanes: number, untilMs: number): number {
  const freeAtMs = new Array<number>(lanes).fill(0);
  const ends = delays.map((delayMs) => {
    const lane = freeAtMs.indexOf(Math.min(...freeAtMs));
    return (freeAtMs[lane]! += delayMs);
  });
  return ends.filter((endMs) => endMs <= untilMs).length;
}

describe('a job that is cancelled at any moment', () => {
  it('leaves no running item, timer or listener, and counts that add up', async () => {
    await fc.assert(
      fc.asyncProperty(
        job,
        fc.integer({ min: 0, max: 60 }),
        fc.boolean(),
        fc.nat(),
        async (plan, at, bySignal, seed) => {
          const { scripts, source, options } = plan;
          const clock = new ManualClock();
          const scripted = new Scripted(clock);
          const controller = new AbortController();
          const submitted = jobsOf(clock, seed).submit(sourceOf(source, scripts), scripted.process, {
            ...options,
            timeoutMs: TIMEOUT_MS,
            signal: controller.signal,
          });
          const results = collect(submitted.results);
          for (let turn = 0; turn < at % 7; turn++) await settle();
          await clock.advanceAsync(at);
          const ended: Promise<JobSummary> = submitted.done;
          if (bySignal) controller.abort();
          else void submitted.cancel();
          await drive(clock, ended);
          const { status, processed, succeeded, failed, givenUp } = await ended;
          expect(scripted.running).toBe(0);
          expect(clock.pending).toBe(0);
          expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
          expect(succeeded + failed).toBe(processed);
          expect(await results).toHaveLength(processed);
          const ordinals = (await results).map(({ ordinal }) => ordinal);
          expect(new Set(ordinals).size).toBe(processed);
          if (status === 'completed') expect(processed).toBe(scripts.length);
          else {
            expect(status).toBe('cancelled');
            expect(processed + givenUp).toBe(scripted.tries.size);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
