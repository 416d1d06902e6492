/** Single steps, measured with benny: where a document's time goes. */
import { add, configure, suite } from 'benny';
import type { BenchContext } from './context.js';
import { cutDocuments, uniformSizes } from './corpus.js';
import { kernelFor, loadDeque, loadEngine, loadReportLayout } from './millrace.js';
import type { PartResult } from './part.js';
import { formatNumber, type Table } from './table.js';

/** Distinct documents that a case goes round; a power of two. */
const DOCUMENTS = 1024;

/** Batches that wait in a deque: 250 MB of documents. */
const WAITING = 1000;

const LIMITS = configure({ cases: { maxTime: 2 } });

type Summary = Awaited<ReturnType<typeof suite>>;

export async function benchMicro(context: BenchContext): Promise<PartResult> {
  const summaries = [
    await benchKernelSizes(context),
    await benchEncoding(context),
    await benchReports(context),
    await benchDeque(),
    await benchLatency(context),
  ];
  return { tables: summaries.map(tableOf), budgets: [], data: summaries };
}

async function benchKernelSizes(context: BenchContext): Promise<Summary> {
  const kernel = await kernelFor(context.measures);
  const cases = [64, 1024, 16 * 1024].map((bytes) => {
    const next = goRound(context, bytes);
    return add(`${bytes} bytes`, () => kernel.scoreText(next()));
  });
  return suite('kernel, one document', LIMITS, ...cases);
}

async function benchEncoding(context: BenchContext): Promise<Summary> {
  const encoder = new TextEncoder();
  const target = new Uint8Array(64 * 1024);
  const targetBuffer = Buffer.from(target.buffer);
  const next = goRound(context, 1024);
  return suite(
    'text of 1 KB to bytes',
    LIMITS,
    add('UTF-16', () => targetBuffer.write(next(), 'utf16le')),
    add('encodeInto', () => encoder.encodeInto(next(), target)),
    add('Buffer.write', () => targetBuffer.write(next())),
    add('encode', () => encoder.encode(next())),
  );
}

async function benchReports(context: BenchContext): Promise<Summary> {
  const { REPORT_DECODER } = await loadReportLayout();
  const kernel = await kernelFor({ measures: 'all' });
  const row = kernel.scoreText(goRound(context, 1024)()).slice();
  const report = REPORT_DECODER.decode('id', row, 0);
  const line = JSON.stringify(report);
  return suite(
    'one report',
    LIMITS,
    add('decode from doubles', () => REPORT_DECODER.decode('id', row, 0)),
    add('JSON.parse', (): unknown => JSON.parse(line)),
    add('JSON.stringify', () => JSON.stringify(report)),
    add('structured clone', () => structuredClone(report)),
  );
}

async function benchDeque(): Promise<Summary> {
  const { Deque } = await loadDeque();
  const batch = { costBytes: 256 * 1024 };
  const queue = new Deque<typeof batch>();
  const thief = new Deque<typeof batch>();
  const array: (typeof batch)[] = [];
  for (let index = 0; index < WAITING; index++) {
    queue.pushBack(batch);
    array.push(batch);
  }
  return suite(
    `deque of ${WAITING} batches`,
    LIMITS,
    add('push back, pop front', () => {
      queue.pushBack(batch);
      return queue.popFront();
    }),
    add('array push, shift', () => {
      array.push(batch);
      return array.shift();
    }),
    add('steal half, give it back', () => {
      for (const stolen of queue.takeBackHalf()) thief.pushBack(stolen);
      for (let back = thief.popFront(); back !== undefined; back = thief.popFront()) queue.pushBack(back);
    }),
  );
}

/** One `score` after the other: how long a single document takes when nothing else is going on. */
async function benchLatency(context: BenchContext): Promise<Summary> {
  const { createEngine } = await loadEngine();
  const inline = await createEngine({ ...context.measures, workers: 1 });
  const threaded = await createEngine({ ...context.measures, workers: 1, inlineBytesMax: 0 });
  const next = goRound(context, 1024);
  try {
    return await suite(
      'engine.score, 1 KB',
      LIMITS,
      add('on the calling thread', async () => inline.score({ text: next() })),
      add('in a worker', async () => threaded.score({ text: next() })),
    );
  } finally {
    await inline.close();
    await threaded.close();
  }
}

/** The texts of distinct documents, one after the other and again from the first. */
function goRound(context: BenchContext, bytes: number): () => string {
  const texts = cutDocuments(context.text.bytes, uniformSizes(DOCUMENTS, bytes), context.seed);
  let index = 0;
  return () => texts[index++ & (DOCUMENTS - 1)]!;
}

function tableOf({ name, results }: Summary): Table {
  return {
    title: name,
    header: ['', 'µs', 'operations/s', '± %'],
    rows: results.map(({ name: what, ops, margin, details }) => [
      what,
      formatNumber(details.mean * 1e6),
      formatNumber(ops),
      formatNumber(margin),
    ]),
  };
}
