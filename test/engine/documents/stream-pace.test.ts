/**
 * Proves that a stream's batches follow their latency and the memory that is left: by a guard whose memory is a number of the
 * test, and in streams whose memory is always short or whose batches are always slow.
 */
import { describe, expect, it } from 'vitest';
import { MemoryGuard, type MemoryChange } from '../../../src/core/flow/memory-guard.js';
import { createEngine, type Engine } from '../../../src/engine/engine.js';
import { StreamPace } from '../../../src/engine/documents/stream-pace.js';
import { ManualClock } from '../../support/manual-clock.js';

const KIB = 1024;

function paceWith(used: { share: number }): { pace: StreamPace; guard: MemoryGuard } {
  const readMemory = (): { heapUsed: number; arrayBuffers: number } => ({
    heapUsed: used.share * 1000,
    arrayBuffers: 0,
  });
  const guard = new MemoryGuard({ limitBytes: 1000 }, { readMemory, clock: new ManualClock() });
  return { pace: new StreamPace({ batchBytes: 1024 * KIB, batchTargetMs: 50 }, guard), guard };
}

describe('StreamPace', () => {
  it('makes batches smaller while they are slow, and no smaller than 64 KiB', () => {
    const { pace } = paceWith({ share: 0 });
    expect(pace.batchBytes).toBe(1024 * KIB);
    for (let i = 0; i < 100; i++) pace.answered(pace.batchBytes, pace.batchBytes / (4 * KIB)); // 4 KiB a millisecond
    expect(pace.batchBytes).toBeGreaterThan(150 * KIB);
    expect(pace.batchBytes).toBeLessThan(260 * KIB);
    for (let i = 0; i < 200; i++) pace.answered(pace.batchBytes, 10_000);
    expect(pace.batchBytes).toBe(64 * KIB);
    for (let i = 0; i < 200; i++) pace.answered(pace.batchBytes, 1);
    expect(pace.batchBytes).toBe(1024 * KIB);
  });

  it('makes them a quarter while memory is short, and holds the source while it is shorter', async () => {
    const used = { share: 0.75 };
    const { pace, guard } = paceWith(used);
    guard.sample();
    expect([pace.batchBytes, pace.isPaused]).toEqual([256 * KIB, false]);
    used.share = 0.9;
    guard.sample();
    expect(pace.isPaused).toBe(true);
    const room = pace.room(undefined);
    used.share = 0.5;
    guard.sample();
    await room;
    expect([pace.batchBytes, pace.isPaused]).toEqual([1024 * KIB, false]);
    guard.close();
  });
});

describe('a stream', () => {
  it('says that memory is short, goes on slowly, and loses nothing', async () => {
    const memory = { limitBytes: 1, sampleMs: 1, trickleMs: 1 };
    await using engine = await createEngine({ workers: 1, memory });
    const changes: MemoryChange[] = [];
    engine.on('memory', (change) => changes.push(change));
    async function* source(): AsyncGenerator<{ id: number; text: string }> {
      for (let id = 0; id < 20; id++) {
        await new Promise((resolve) => setTimeout(resolve, 1)); // so that the guard gets to look
        yield { id, text: `text ${id}` };
      }
    }
    const ids: unknown[] = [];
    for await (const outcome of engine.stream(source())) ids.push(outcome.id);
    expect(ids).toEqual(Array.from({ length: 20 }, (_, id) => id));
    expect(changes).toMatchObject([{ state: 'paused', previous: 'normal', limitBytes: 1 }]);
  });

  it('is ended by its signal while its source is held', async () => {
    const memory = { limitBytes: 1, sampleMs: 1, trickleMs: 1_000_000 };
    await using engine: Engine = await createEngine({ workers: 1, memory });
    const abort = new AbortController();
    engine.on('memory', () => setImmediate(() => abort.abort()));
    async function* source(): AsyncGenerator<{ text: string }> {
      while (true) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield { text: 'text' };
      }
    }
    const read = async (): Promise<void> => {
      for await (const outcome of engine.stream(source(), { signal: abort.signal })) expect(outcome).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  it('keeps all documents when its batches shrink under way', async () => {
    await using engine = await createEngine({ workers: 2, batchBytes: 1024 * KIB, batchTargetMs: 1 });
    const text = 'some words that are scored. '.repeat(100);
    const documents = Array.from({ length: 4000 }, (_, id) => ({ id, text: `${id} ${text}` }));
    let next = 0;
    for await (const outcome of engine.stream(documents)) expect(outcome.id).toBe(next++);
    expect(next).toBe(4000);
    const { batches } = engine.stats();
    expect(batches).toBeGreaterThan((4000 * text.length) / (1024 * KIB));
  });
});

describe('measure', () => {
  it('times what it runs, beside the batches', async () => {
    await using engine = await createEngine({ workers: 1 });
    const reports = await engine.measure('all', () => engine.scoreAll([{ text: 'a' }, { text: 'b' }]));
    expect(reports.length).toBe(2);
    expect(engine.timings()).toMatchObject({ all: { count: 1, failed: 0 }, batch: { count: 1 } });
  });
});
