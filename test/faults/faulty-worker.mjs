/**
 * The built worker with faults: a text that begins with `fault(kind)` or `fault(kind,detail)` does what its kind says when its
 * turn comes, after the shared progress was set to it, as it is while the real worker scores it. All other texts, and all that
 * is left of a batch, are scored by the real worker.
 *
 *   exit, uncaught, hang, memory   end the thread, each time
 *   once,<path>                    exits the first time only: when the file is not there yet
 *   stall,<path>                   hangs the first time, and takes its time, but an end, from the second on
 *   delay,<ms>                     sleeps
 *   late,<path>                    exits between two batches that the thread holds at once, the first time only
 *   throw                          rejects the batch
 */
import { writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { ProgressRow } from '../../dist/workers/progress.js';
import { lengthsOf, textsStart } from '../../dist/workers/slab.js';
import { Turns } from '../../dist/workers/turns.js';
import handle from '../../dist/engine/threads/thread.js';

if (process.env.MILLRACE_TEST_START === 'fail') throw new Error('no start on purpose');

/** Less than the limit of the test that stalls, and more than the time between two looks at a worker. */
const STALL_MS = 1000;

const turns = new Turns();

export default async function handleWithFaults(request) {
  await turns.take();
  const row = new ProgressRow(workerData.progress, request.slot);
  try {
    row.begin(request.batch);
    const condemned = new Set(request.condemned);
    for (const [index, text] of textsOf(request).entries()) {
      row.atDocument(index);
      const [, kind, detail] = /^fault\((\w+)(?:,([^)]*))?\)/.exec(text) ?? [];
      if (kind !== undefined && !condemned.has(index)) await fail(kind, detail);
    }
    return await handle(request);
  } finally {
    row.end();
    turns.pass();
  }
}

/** The texts of a request, by the layout of `DocumentsRequest`. */
function textsOf({ slab, documentCount }) {
  let start = textsStart(documentCount);
  return Array.from(lengthsOf(slab, documentCount), (length) => {
    const text = Buffer.from(slab, start, length * 2).toString('utf16le');
    start += length * 2;
    return text;
  });
}

async function fail(kind, detail) {
  switch (kind) {
    case 'exit':
      return process.exit(1);
    case 'uncaught':
      setImmediate(() => {
        throw new Error('uncaught on purpose');
      });
      return new Promise(() => undefined);
    case 'hang':
      return hang();
    case 'memory':
      return fillHeap();
    case 'once':
      return isFirst(detail) ? process.exit(1) : undefined;
    case 'stall':
      return isFirst(detail) ? hang() : sleep(STALL_MS);
    case 'delay':
      return sleep(Number(detail));
    case 'late':
      if (isFirst(detail)) setTimeout(() => process.exit(1), 1);
      return undefined;
    case 'throw':
      throw new Error('thrown on purpose');
    default:
      throw new Error(`there is no fault ${kind}`);
  }
}

function hang() {
  while (true);
}

/** Small pieces, so that the limit of the thread is met, not one of the process. */
function fillHeap() {
  const pieces = [];
  while (true) pieces.push(new Array(1000).fill(pieces.length));
}

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Whether no thread has asked for this path before. */
function isFirst(path) {
  try {
    writeFileSync(path, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
