/**
 * Proves that what a worker tells of the documents is so: rows and files are scored on this thread, and each number is compared
 * with the same one read off the reports that were written, by counting and sorting. Buckets are tried on their edges.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreFiles } from '../../src/workers/files.js';
import { compileKernel } from '../../src/workers/kernel-host.js';
import { KernelSlot } from '../../src/workers/kernel-slot.js';
import { scoreLines } from '../../src/workers/lines.js';
import { ProgressRow, createProgress } from '../../src/workers/progress.js';
import type { LinesRequest, RowSettings, RowsResponse } from '../../src/workers/protocol.js';
import { KEEP_ALL } from '../../src/workers/row-settings.js';
import {
  BUCKET_COUNT,
  TALLIED,
  TIME_BUCKETS,
  bucketOf,
  edgesOf,
  timeBucketMs,
  timeBucketOf,
} from '../../src/workers/tally-buckets.js';
import { NAMED_MAX, type Tally, type TallyBounds } from '../../src/workers/tally.js';
import { measureRow } from '../../src/workers/measure-row.js';
import { MEASURE_DEFAULTS } from '../../src/core/measures.js';
import { DEFAULT_ROW } from '../support/measures.js';
import { Scratch, jsonLines } from '../support/scratch.js';

const scratch = new Scratch();
const worker = new KernelSlot(compileKernel(), DEFAULT_ROW);
const progress = new ProgressRow(createProgress(1), 0);
const ALL: TallyBounds = { lowerThan: Infinity, slowerThanMs: 0 };

const SETTINGS: RowSettings = {
  ...KEEP_ALL,
  emit: 'reports',
  textField: 'text',
  idField: 'id',
  maxBytes: 100_000,
  lineBytesMax: 1_000_000,
};

function score(rows: readonly object[], changes: Partial<LinesRequest> = {}, slot = worker): RowsResponse {
  const from = Buffer.from(jsonLines(rows));
  const block = { kind: 'lines' as const, source: 's', from, start: 0, end: from.length };
  const request = {
    ...block,
    batch: 1,
    slot: 0,
    slab: new ArrayBuffer(0),
    condemned: [],
    settings: SETTINGS,
    tally: ALL,
  };
  return scoreLines({ ...request, ...changes }, slot, progress);
}

type Row = Readonly<Record<string, unknown>>;

function reportsOf({ slab, slabBytes }: RowsResponse): Row[] {
  return Buffer.from(slab, 0, slabBytes)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

function valueAt(report: Row, path: string): number | null {
  return path.split('.').reduce<unknown>((value, name) => (value as Row)[name], report) as number | null;
}

/** The counts of all measures by looking through the edges. */
function countsByModel(reports: readonly Row[]): number[] {
  return TALLIED.flatMap((measure) => {
    const edges = edgesOf(measure);
    const counts = new Array<number>(measure.buckets).fill(0);
    for (const report of reports) {
      const value = valueAt(report, measure.path);
      if (value === null) continue;
      const bucket = edges.findLastIndex((edge) => edge <= value);
      counts[Math.min(Math.max(bucket, 0), measure.buckets - 1)]!++;
    }
    return counts;
  });
}

function tallyOf({ tally }: RowsResponse): Tally {
  if (tally === undefined) throw new Error('no tally');
  return tally;
}

const WORDS = ['river', 'mill', 'the', 'of', '1999', 'TODO', 'see', 'stone.', '\n\n# Head\n', 'is', 'é', 'http://a.b'];
const texts = fc.array(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' ')),
  {
    minLength: 1,
    maxLength: 50,
  },
);

describe('the tally of a batch of lines', () => {
  it('counts what the reports say, and names those with the lowest quality first', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const response = score(all.map((text, id) => ({ id, text })));
        const reports = reportsOf(response);
        const tally = tallyOf(response);
        expect([...tally.counts]).toEqual(countsByModel(reports));
        expect(tally.times.reduce((sum, count) => sum + count, 0)).toBe(all.length);
        const qualities = reports.map((report) => valueAt(report, 'documentation.overall') ?? NaN);
        const lowest = [...qualities].sort((one, other) => one - other).slice(0, NAMED_MAX);
        expect(tally.lowest.map(({ value }) => value)).toEqual(lowest);
        for (const { index, line, id, value, bytes } of tally.lowest) {
          expect([line, id]).toEqual([index + 1, index]);
          expect([value, bytes]).toEqual([qualities[index], reports[index]?.['bytes']]);
        }
        const slowest = tally.slowest.map(({ value }) => value);
        expect(slowest).toHaveLength(Math.min(all.length, NAMED_MAX));
        expect(slowest).toEqual([...slowest].sort((one, other) => other - one));
      }),
    );
  });

  it('counts documents that are rejected, and none that cannot be read', () => {
    const rows = [{ text: 'short' }, { other: 1 }, { id: 'b', text: 'short too' }];
    const response = score(rows, { settings: { ...SETTINGS, emit: 'rows', rejectBy: ['gopher_quality'] } });
    expect(response.slabBytes).toBe(0);
    expect(response.failures).toHaveLength(1);
    const { times, lowest } = tallyOf(response);
    expect(times.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(lowest.map(({ line, id }) => [line, id]).sort()).toEqual([
      [1, undefined],
      [3, 'b'],
    ]);
  });

  it('names only what lies beyond the bounds', () => {
    const rows = Array.from({ length: 30 }, (_, id) => ({ id, text: 'The mill. '.repeat(id) }));
    const values = tallyOf(score(rows)).lowest.map(({ value }) => value);
    const bound = [...new Set(values)].sort((one, other) => one - other)[1] ?? NaN;
    const { lowest, slowest } = tallyOf(score(rows, { tally: { lowerThan: bound, slowerThanMs: 1e9 } }));
    expect(lowest.length).toBeGreaterThan(0);
    expect(lowest.every(({ value }) => value < bound)).toBe(true);
    expect(slowest).toEqual([]);
  });

  it('shortens ids', () => {
    const [named] = tallyOf(score([{ id: 'x'.repeat(5000), text: 'a' }])).lowest;
    expect(String(named?.id)).toBe(`${'x'.repeat(200)}…`);
  });

  it('has no more than was measured', () => {
    const slot = new KernelSlot(compileKernel(), measureRow({ ...MEASURE_DEFAULTS, measures: 'entropy' }));
    const { counts, lowest } = tallyOf(score([{ text: 'One two three.' }], {}, slot));
    const counted = TALLIED.filter(({ first, buckets }) =>
      counts.slice(first, first + buckets).some((count) => count > 0),
    );
    expect(counted.map(({ path }) => path)).toEqual(['entropy.token', 'words']);
    expect(lowest).toEqual([]);
  });

  it('is not made unless it is asked for', () => {
    expect(score([{ text: 'a' }], { tally: undefined }).tally).toBeUndefined();
  });
});

it('counts text files, which have no line', () => {
  const paths = ['One.', '', 'One two three.'].map((text, index) => scratch.write(`${index}.txt`, text));
  const files = [
    ...paths.map((path, index) => ({ path, id: `f${index}` })),
    { path: scratch.path('none'), id: 'none' },
  ];
  const base = { batch: 1, slot: 0, slab: new ArrayBuffer(0), condemned: [], settings: SETTINGS, tally: ALL };
  const response = scoreFiles({ ...base, kind: 'files', files }, worker, progress);
  const { counts, lowest } = tallyOf(response);
  expect([...counts]).toEqual(countsByModel(reportsOf(response)));
  expect(lowest.map(({ index, line, id }) => [index, line, id]).sort()).toEqual(
    [0, 1, 2].map((index) => [index, undefined, undefined]),
  );
});

describe('a bucket', () => {
  it('holds what lies between its edges; the ends hold what lies outside', () => {
    const measures = fc.constantFrom(...TALLIED);
    fc.assert(
      fc.property(measures, fc.double({ min: -300, max: 2e6, noNaN: true }), (measure, any) => {
        const value = measure.isDoubling ? Math.floor(Math.abs(any)) : any;
        const bucket = bucketOf(measure, value) - measure.first;
        const edges = edgesOf(measure);
        expect(edges).toHaveLength(measure.buckets + 1);
        if (bucket > 0) expect(value).toBeGreaterThanOrEqual(edges[bucket]! - 1e-9);
        if (bucket < measure.buckets - 1) expect(value).toBeLessThan(edges[bucket + 1]! + 1e-9);
      }),
    );
  });

  it('of time is at most 9 % longer than what it holds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 900_000, noNaN: true }), (ms) => {
        const longest = timeBucketMs(timeBucketOf(ms));
        expect(longest).toBeGreaterThanOrEqual(ms * (1 - 1e-9));
        expect(longest).toBeLessThanOrEqual(ms * 1.0906);
      }),
    );
    expect([timeBucketOf(0), timeBucketOf(NaN), timeBucketOf(1e12)]).toEqual([0, 0, TIME_BUCKETS - 1]);
  });

  it('belongs to one measure', () => {
    expect(TALLIED.map(({ first, buckets }) => first + buckets)).toEqual([
      ...TALLIED.slice(1).map(({ first }) => first),
      BUCKET_COUNT,
    ]);
  });
});
