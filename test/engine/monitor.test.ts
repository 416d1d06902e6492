/**
 * Proves that the stages of an engine and of a file run add up: every document and byte of work is counted once, the threads' own time
 * fits into what the main thread saw, nothing is left waiting or in flight, and a worker that dies takes no count with it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine, createEngine } from '../../src/engine/engine.js';
import { resolveEngineOptions } from '../../src/engine/options.js';
import { RunMeters } from '../../src/engine/run-meters.js';
import { scoreFiles } from '../../src/engine/score-files/score-files.js';
import type { Chunk } from '../../src/io/chunk.js';
import { Monitor } from '../../src/monitor/monitor.js';
import { REPORT_DECODER } from '../../src/workers/report-layout.js';
import { ManualClock } from '../support/manual-clock.js';

const FAULTY_WORKER = new URL('../faults/faulty-worker.mjs', import.meta.url);
const TEXT = 'The tide turns twice a day, and salt keeps. ';

describe('the monitor of an engine', () => {
  it('counts every document and batch once', async () => {
    await using engine = await createEngine({ workers: 2, batchBytes: 16 * 1024, inlineBytesMax: 0 });
    const documents = Array.from({ length: 500 }, (_, id) => ({ id, text: TEXT.repeat(1 + (id % 40)) }));
    await engine.scoreAll(documents);
    await engine.score({ text: TEXT });
    const { batch, score, read } = engine.monitor.stages();
    const { batches } = engine.stats();
    expect(batch).toMatchObject({ count: batches, items: 501, failed: 0, inFlight: 0, queued: 0, capacity: null });
    expect(batch!.inFlightMax).toBeLessThanOrEqual(4);
    expect(batch!.queuedMax).toBeGreaterThan(4);
    expect(batch!.waitingMs).toBeGreaterThan(0);
    expect(score).toMatchObject({ kind: 'workers', resource: 'workers', capacity: 2, count: batches, items: 501 });
    expect(score!.bytes).toBe(batch!.bytes);
    expect(score!.busyMs).toBeGreaterThan(0);
    expect(score!.busyMs).toBeLessThan(batch!.busyMs);
    expect(read).toBeUndefined();
  });

  it('has nothing waiting or in flight behind an operation that was aborted', async () => {
    await using engine = await createEngine({ workers: 1, batchBytes: 4096 });
    const documents = Array.from({ length: 400 }, () => ({ text: TEXT.repeat(20) }));
    const controller = new AbortController();
    const work = engine.scoreAll(documents, { signal: controller.signal });
    controller.abort();
    await expect(work).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await engine.score({ text: TEXT.repeat(1000) });
    expect(engine.monitor.stages()['batch']).toMatchObject({ inFlight: 0, queued: 0, failed: 0 });
  });

  it('counts a batch that was lost with its worker as failed, and its next run as well', async () => {
    const options = resolveEngineOptions({ workers: 2, batchBytes: 4096, inlineBytesMax: 0 });
    await using engine = new Engine(options, REPORT_DECODER, FAULTY_WORKER);
    const documents = Array.from({ length: 60 }, (_, id) => ({
      id,
      text: `${id === 30 ? 'fault(exit) ' : ''}${TEXT}`,
    }));
    await engine.scoreAll(documents);
    const { batch, score } = engine.monitor.stages();
    expect(batch!.failed).toBeGreaterThanOrEqual(2); // the document ends two workers
    expect(batch).toMatchObject({ items: 60, inFlight: 0, queued: 0 });
    expect(score).toMatchObject({ count: batch!.count - batch!.failed, items: 60, failed: 0 });
  });

  it('looks at the process until the engine is closed', async () => {
    const engine = await createEngine({ workers: 1 });
    engine.monitor.start();
    await engine.scoreAll([{ text: TEXT }]);
    await engine.close();
    const { length } = engine.monitor.processSamples();
    expect(length).toBeGreaterThan(0);
    expect(engine.monitor.snapshot().process).toMatchObject({ atMs: expect.any(Number) });
  });
});

describe('the monitor of a file run', () => {
  let folder: string;
  let input: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-monitor-'));
    input = join(folder, 'in.jsonl');
    const rows = Array.from({ length: 3000 }, (_, id) => JSON.stringify({ id, text: TEXT.repeat(1 + (id % 30)) }));
    await writeFile(input, `${rows.join('\n')}\n`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it('counts reading, scoring, writing and the ledger', async () => {
    const monitor = new Monitor();
    const output = join(folder, 'out.jsonl');
    const summary = await scoreFiles({ inputs: [input], output, workers: 2, chunkBytes: 64 * 1024, monitor });
    const { batch, score, read, source, write, ledger } = monitor.stages();
    expect(summary.documents).toBe(3000);
    expect(score).toMatchObject({ items: 3000, capacity: 2, resource: 'workers' });
    expect(score!.bytes).toBe(summary.inputBytes);
    expect(source).toMatchObject({ items: batch!.count, bytes: summary.inputBytes, inFlight: 0 });
    expect(read).toMatchObject({ items: 3000, capacity: 2, resource: 'workers' });
    expect(read!.busyMs + score!.busyMs).toBeLessThan(batch!.busyMs);
    expect(write!.count).toBeGreaterThanOrEqual(batch!.count);
    expect([write!.inFlight, ledger!.inFlight, batch!.inFlight, batch!.queued]).toEqual([0, 0, 0, 0]);
  });

  it('counts what the cache found, as the summary does', async () => {
    const options = { dir: join(folder, 'cache'), bytesMin: 0 };
    for (const name of ['first.jsonl', 'second.jsonl']) {
      const monitor = new Monitor();
      const summary = await scoreFiles({
        inputs: [input],
        output: join(folder, name),
        workers: 1,
        cache: options,
        monitor,
      });
      const found = Object.entries<number>({ ...summary.cache }).filter(([, count]) => count > 0);
      expect(found.length).toBeGreaterThan(0);
      expect(monitor.snapshot().counters).toEqual(
        Object.fromEntries(found.map(([place, count]) => [`cache.${place}`, count])),
      );
      const { batch, cache, read, score } = monitor.stages();
      expect(cache).toMatchObject({ kind: 'cache', resource: 'workers', items: 3000, capacity: 1 });
      expect(cache!.busyMs).toBeGreaterThan(0);
      expect(cache!.busyMs + read!.busyMs + score!.busyMs).toBeLessThan(batch!.busyMs);
    }
  });
});

describe('RunMeters', () => {
  it('counts a source while it is waited for, hands its failure on, and closes it', async () => {
    const clock = new ManualClock();
    const monitor = new Monitor({}, { clock });
    let isClosed = false;
    async function* slow(): AsyncGenerator<Chunk, undefined> {
      try {
        for (const bytes of [10, 20]) {
          clock.advance(100);
          yield await Promise.resolve({ bytes } as Chunk);
        }
        clock.advance(7);
        throw new Error('broke off');
      } finally {
        isClosed = true;
      }
    }
    const meters = new RunMeters(monitor);
    const bytesOf = ({ bytes }: Chunk): number => bytes;
    const taken: number[] = [];
    const takeAll = async (): Promise<void> => {
      for await (const { bytes } of meters.from(slow(), bytesOf)) {
        taken.push(bytes);
        clock.advance(1000); // what the consumer does with it is not the source's time
      }
    };
    await expect(takeAll()).rejects.toThrow('broke off');
    expect(taken).toEqual([10, 20]);
    expect(monitor.stages()['source']).toMatchObject({ items: 2, bytes: 30, failed: 1, busyMs: 207, inFlight: 0 });

    isClosed = false;
    for await (const { bytes } of meters.from(slow(), bytesOf)) if (bytes === 10) break;
    expect(isClosed).toBe(true);
  });
});
