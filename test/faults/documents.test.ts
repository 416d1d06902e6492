/**
 * Proves that a document that ends its worker, keeps it busy for ever or breaks the kernel costs nobody but itself: it becomes a
 * failure, every other document has the report that it has alone, and the engine goes on. The workers fail on cue.
 */
import { isMillraceError } from '../../src/core/errors.js';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.js';
import type { Outcome } from '../../src/engine/documents/documents-batch.js';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/options.js';
import { FAULTY_WORKER, engineOf, threadsOf } from '../support/faults.js';
import { codesOrIds, errorOf, failureOf, reportOf, within } from '../support/outcomes.js';
import { Scratch } from '../support/scratch.js';

const scratch = new Scratch();
const sound = await createEngine({ workers: 1 });
afterAll(() => sound.close());

/** Runs `work` with an engine whose workers fail on cue, and closes that. */
async function withFaults<T>(options: EngineOptions, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = engineOf(FAULTY_WORKER, options);
  try {
    return await work(engine);
  } finally {
    await engine.close({ drain: false });
  }
}

/** Texts in a row with cues at some places. */
function textsWith(count: number, cues: Readonly<Record<number, string>>): string[] {
  return Array.from(
    { length: count },
    (_, index) => cues[index] ?? `Text number ${index}. ${'word '.repeat(index % 90)}`,
  );
}

/** The outcomes are the codes at their places, and elsewhere what a sound engine gives. */
async function expectOnly(
  outcomes: readonly Outcome[],
  texts: readonly string[],
  codes: Readonly<Record<number, ErrorCode>>,
): Promise<void> {
  expect(codesOrIds(outcomes)).toEqual(texts.map((_, index) => codes[index] ?? `memory:${index + 1}`));
  const expected = await sound.scoreAll(texts.map((text) => ({ text })));
  outcomes.forEach((outcome, index) => {
    if (codes[index] === undefined) expect(outcome).toEqual(expected[index]);
    else expect(failureOf(outcome)).toMatchObject({ source: 'memory', ordinal: index, id: `memory:${index + 1}` });
  });
}

const documentsOf = (texts: readonly string[]): { text: string }[] => texts.map((text) => ({ text }));

describe('a document that ends its worker', () => {
  it.each([
    ['by leaving', 'FAULT:exit', {}],
    ['by filling its heap', 'FAULT:heap', { workerHeapMb: 16 }],
  ])('%s is a failure after two strikes, and the only one', async (_, cue, options) => {
    await withFaults(options, async (engine) => {
      const texts = textsWith(200, { 77: cue });
      const outcomes = await engine.scoreAll(documentsOf(texts));
      await expectOnly(outcomes, texts, { 77: 'ERR_WORKER_CRASHED' });
      expect(failureOf(outcomes[77]).error.message).toContain('ended two workers in a row');
      expect(engine.stats()).toMatchObject({ documents: 200, failed: 1, restarts: 2, waitingBytes: 0 });
      expect(codesOrIds(await engine.scoreAll(documentsOf(['after'])))).toEqual(['memory:1']);
    });
  });

  it('is a failure at the front, at the end, alone, and several times in one batch', async () => {
    await withFaults({ batchBytes: 64 * 1024 }, async (engine) => {
      for (const [count, at] of [
        [1, [0]],
        [3, [0]],
        [3, [2]],
        [6, [1, 2, 4]],
      ] as const) {
        const texts = textsWith(count, Object.fromEntries(at.map((index) => [index, 'FAULT:exit'])));
        const outcomes = await engine.scoreAll(documentsOf(texts));
        await expectOnly(outcomes, texts, Object.fromEntries(at.map((index) => [index, 'ERR_WORKER_CRASHED'])));
      }
      expect(engine.stats()).toMatchObject({ failed: 6, restarts: 12 });
    });
  });

  it('rejects its `score` call and leaves the calls beside it alone', async () => {
    await withFaults({ workers: 1 }, async (engine) => {
      const calls = ['One.', 'FAULT:exit', 'Three.'].map((text, id) => engine.score({ id, text }));
      expect((await calls[0])?.id).toBe(0);
      expect((await calls[2])?.id).toBe(2);
      const error = await errorOf(calls[1] ?? Promise.resolve());
      expect(error.code).toBe('ERR_WORKER_CRASHED');
      expect(error.message).not.toContain('undefined');
    });
  });

  it('is a failure of a stream in its place', async () => {
    await withFaults({}, async (engine) => {
      const texts = textsWith(150, { 3: 'FAULT:exit', 120: 'FAULT:trap' });
      const outcomes: Outcome[] = [];
      for await (const outcome of engine.stream(documentsOf(texts))) outcomes.push(outcome);
      await expectOnly(outcomes, texts, { 3: 'ERR_WORKER_CRASHED', 120: 'ERR_OUT_OF_MEMORY' });
    });
  });
});

describe('a document that keeps its worker for ever', () => {
  it('is a failure after two strikes, and the only one', async () => {
    await withFaults({ workerTimeoutMs: 300 }, async (engine) => {
      const texts = textsWith(100, { 40: 'FAULT:hang' });
      const outcomes = await engine.scoreAll(documentsOf(texts));
      await expectOnly(outcomes, texts, { 40: 'ERR_WORKER_TIMEOUT' });
      expect(failureOf(outcomes[40]).error.message).toContain('workerTimeoutMs, 300');
      expect(engine.stats()).toMatchObject({ failed: 1, restarts: 2 });
    });
  });

  it('is told from a slow batch, whose documents take long only together', async () => {
    await withFaults({ workers: 1, workerTimeoutMs: 300, batchBytes: 64 * 1024 }, async (engine) => {
      const texts = new Array<string>(12).fill('FAULT:busy=60');
      await expectOnly(await engine.scoreAll(documentsOf(texts)), texts, {});
      expect(engine.stats().restarts).toBe(0);
    });
  });

  it('does not keep a call that is aborted, nor the engine from being closed', async () => {
    await withFaults({ workers: 1 }, async (engine) => {
      const controller = new AbortController();
      const { signal } = controller;
      const calls = [
        engine.scoreAll(documentsOf(['FAULT:hang']), { signal }),
        engine.score({ text: 'a' }, { signal }),
        engine.stream(documentsOf(['FAULT:hang', 'b']), { signal }).next(),
      ];
      setTimeout(() => {
        controller.abort();
      }, 100);
      for (const call of calls)
        expect.soft(await within(2000, errorOf(call), 'waits')).toMatchObject({ code: 'ERR_ABORTED' });
    });
  });

  it('does not wait for ever once a later document has taken nearly as long', async () => {
    // Documents of about the time limit: a worker may be condemned just when it has finished one.
    await withFaults({ workers: 1, workerTimeoutMs: 20 }, async (engine) => {
      for (let round = 0; round < 24; round++) {
        await engine.scoreAll(documentsOf([`FAULT:busy=${18 + (round % 12)}`]));
      }
      const outcomes = await within(5000, engine.scoreAll(documentsOf(['FAULT:hang'])), []);
      expect(codesOrIds(outcomes)).toEqual(['ERR_WORKER_TIMEOUT']);
    });
  });
});

describe('a document at which the kernel stops', () => {
  it('is a failure, and the worker lives', async () => {
    await withFaults({}, async (engine) => {
      const texts = textsWith(100, { 0: 'FAULT:trap', 50: 'FAULT:trap', 51: 'FAULT:trap' });
      const outcomes = await engine.scoreAll(documentsOf(texts));
      const code = 'ERR_OUT_OF_MEMORY';
      await expectOnly(outcomes, texts, { 0: code, 50: code, 51: code });
      expect(engine.stats()).toMatchObject({ failed: 3, restarts: 0 });
    });
  });
});

describe('faults of all kinds', () => {
  const cue = fc.constantFrom('FAULT:exit', 'FAULT:exit', 'FAULT:trap', 'FAULT:hang');
  const codes: Readonly<Record<string, ErrorCode>> = {
    'FAULT:exit': 'ERR_WORKER_CRASHED',
    'FAULT:trap': 'ERR_OUT_OF_MEMORY',
    'FAULT:hang': 'ERR_WORKER_TIMEOUT',
  };

  it('at any places cost those documents only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.nat({ max: 119 }).map(String), cue, { maxKeys: 3 }), async (cues) => {
        await withFaults({ workerTimeoutMs: 250 }, async (engine) => {
          const texts = textsWith(120, cues);
          const expected = Object.fromEntries(Object.entries(cues).map(([at, each]) => [at, codes[each]]));
          await expectOnly(await engine.scoreAll(documentsOf(texts)), texts, expected as Record<number, ErrorCode>);
        });
      }),
      { numRuns: 8 },
    );
  });
});

describe('a worker that dies through no fault of a document', () => {
  it('once, in the middle of one, loses nothing', async () => {
    await withFaults({}, async (engine) => {
      const marker = scratch.fresh('.marker');
      const texts = textsWith(150, { 60: `FAULT:once=${marker}` });
      await expectOnly(await engine.scoreAll(documentsOf(texts)), texts, {});
      expect(existsSync(marker)).toBe(true);
      expect(engine.stats()).toMatchObject({ failed: 0, restarts: 1 });
    });
  });

  it('killed from outside at any moment, loses nothing and is counted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 60 }), async (afterMs) => {
        await threadsOf(async (threads) => {
          await withFaults({}, async (engine) => {
            const texts = textsWith(400, { 5: 'FAULT:busy=10', 390: 'FAULT:busy=10' });
            const work = engine.scoreAll(documentsOf(texts));
            await new Promise((resolve) => setTimeout(resolve, afterMs));
            await threads[0]?.terminate();
            await expectOnly(await within(20_000, work, []), texts, {});
            await expectOnly(await within(20_000, engine.scoreAll(documentsOf(texts)), []), texts, {});
            expect(engine.stats()).toMatchObject({ failed: 0, restarts: 1 });
          });
        });
      }),
      { numRuns: 10 },
    );
  });

  it('killed again while it is being replaced, loses nothing', async () => {
    await threadsOf(async (threads) => {
      await withFaults({ workers: 1 }, async (engine) => {
        const texts = textsWith(50, { 5: 'FAULT:busy=30' });
        process.once('worker', () => {
          process.once('worker', (replacement) => void replacement.terminate());
        });
        const work = engine.scoreAll(documentsOf(texts));
        await new Promise((resolve) => setTimeout(resolve, 60));
        await threads[0]?.terminate();
        await expectOnly(await within(5000, work, []), texts, {});
      });
    });
  });

  it('killed while it is idle, is replaced when there is work', async () => {
    await threadsOf(async (threads) => {
      await withFaults({ workers: 1 }, async (engine) => {
        await engine.scoreAll(documentsOf(['One.']));
        await threads[0]?.terminate();
        const outcomes = await within(20_000, engine.scoreAll(documentsOf(['Two words.'])), []);
        expect(reportOf(outcomes[0]).words).toBe(2);
      });
    });
  });

  it('again and again, is given up with an error and not tried for ever', async () => {
    await withFaults({ workers: 1 }, async (engine) => {
      // The batch fails, or its document where that was blamed, or an answer gets out before the error ends the thread.
      const work = engine.scoreAll(documentsOf(['FAULT:throw'])).then(codesOrIds, (error: unknown) => [codeOf(error)]);
      const [outcome] = await within(30_000, work, ['still trying']);
      expect(['ERR_WORKER_CRASHED', 'memory:1']).toContain(outcome);
      expect(codesOrIds(await engine.scoreAll(documentsOf(['after'])))).toEqual(['memory:1']);
    });
  });
});

function codeOf(error: unknown): string {
  return isMillraceError(error) ? error.code : String(error);
}
