/**
 * Proves that a worker takes one batch after the other, tells where it is, and gives the slab back with the answer. It
 * runs on this thread, with the data that a thread would be started with.
 */
import { transferableSymbol, valueSymbol } from 'piscina';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report.js';
import { compileKernel } from '../../src/workers/kernel-host.js';
import { createProgress } from '../../src/workers/progress.js';
import type { LinesRequest, Request, Response } from '../../src/workers/protocol.js';
import { KEEP_ALL } from '../../src/workers/row-settings.js';
import { createWorker } from '../../src/workers/worker.js';
import { DEFAULT_ROW } from '../support/measures.js';
import { Scratch } from '../support/scratch.js';

const scratch = new Scratch();
const progress = createProgress(2);

let handle: (request: Request) => Promise<unknown>;
beforeEach(() => {
  handle = createWorker({ progress, kernel: compileKernel(), measures: DEFAULT_ROW });
});

const SETTINGS = {
  ...KEEP_ALL,
  emit: 'reports',
  textField: 'text',
  idField: 'id',
  maxBytes: 1e6,
  lineBytesMax: 1e6,
} as const;

function lines(text: string, batch: number, slot = 0): LinesRequest {
  const from = Buffer.from(text);
  const place = { source: 'lines', from, start: 0, end: from.length };
  return { kind: 'lines', batch, slot, slab: new ArrayBuffer(8192), condemned: [], settings: SETTINGS, ...place };
}

function isMovable(answer: unknown): answer is { [valueSymbol]: Response; [transferableSymbol]: unknown } {
  return typeof answer === 'object' && answer !== null && valueSymbol in answer && transferableSymbol in answer;
}

/** What the thread sends, and what it moves there. */
function opened(answer: unknown): { response: Response; moved: unknown } {
  if (!isMovable(answer)) throw new TypeError('expected an answer that moves its slab');
  return { response: answer[valueSymbol], moved: answer[transferableSymbol] };
}

describe('an answer', () => {
  it('moves the slab of the request back', async () => {
    const request = lines('{"id":1,"text":"One two."}\n', 1);
    const { response, moved } = opened(await handle(request));
    expect(response.slab).toBe(request.slab);
    expect(moved).toEqual([request.slab]);
    expect(response.kind).toBe('rows');
  });

  it('is given for each kind of request', async () => {
    const path = scratch.write('a.txt', 'One two.');
    const base = { batch: 1, slot: 0, condemned: [] };
    const files = { ...base, kind: 'files' as const, settings: SETTINGS, files: [{ path, id: 'a' }] };
    const { response } = opened(await handle({ ...files, slab: new ArrayBuffer(8192) }));
    expect(response.kind === 'rows' && response.documents).toBe(1);
    const row = JSON.parse(
      Buffer.from(response.slab, 0, response.kind === 'rows' ? response.slabBytes : 0)
        .toString()
        .split('\n')[0] ?? '',
    ) as Report;
    expect(row.words).toBe(2);
    const documents = { ...base, kind: 'documents' as const, documentCount: 0, slabBytes: 0, comparisons: [] };
    expect(opened(await handle({ ...documents, slab: new ArrayBuffer(8) })).response.kind).toBe('documents');
  });
});

describe('the shared progress', () => {
  it('says that the worker is between batches when it is', async () => {
    expect([...progress]).toEqual([0, 0, 0, 0]);
    await handle(lines('{"text":"a"}\n{"text":"b"}\n', 77, 1));
    expect([...progress]).toEqual([0, 0, 0, 2]);
  });
});

describe('batches', () => {
  it('are answered in the order in which they came', async () => {
    const order: number[] = [];
    const work = [1, 2, 3].map(async (batch) => {
      await handle(lines('{"text":"a"}\n'.repeat(100 - batch), batch));
      order.push(batch);
    });
    await Promise.all(work);
    expect(order).toEqual([1, 2, 3]);
  });
});

describe('a worker', () => {
  it.each([
    [undefined],
    [{}],
    [{ progress }],
    [{ progress: [0, 0], kernel: {}, measures: [] }],
    [{ progress, kernel: compileKernel() }],
  ])('does not start with %j in place of its data', (workerData) => {
    expect(() => createWorker(workerData)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });
});
