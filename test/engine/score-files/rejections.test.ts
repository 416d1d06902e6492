/** Proves which reason each number stands for, as the kernel counts them, and in which order they are told. */
import { describe, expect, it } from 'vitest';
import { FILTER_NAMES, FILTER_REASONS } from '../../../src/core/filters.js';
import { addRejections, rejectionsOf } from '../../../src/engine/score-files/rejections.js';
import * as kernel from '../../../src/workers/kernel/rejections.js';
import { FIELD_BYTES, FIELD_LENGTH } from '../../../src/workers/kernel/row-template.js';
import { rejectionFields } from '../../../src/workers/row-template.js';

const BEFORE = {
  gopher_quality: kernel.BEFORE_GOPHER_QUALITY,
  gopher_repetition: kernel.BEFORE_GOPHER_REPETITION,
  c4_quality: kernel.BEFORE_C4_QUALITY,
  fineweb_quality: kernel.BEFORE_FINEWEB_QUALITY,
};

function countsOf(number: number, documents = 1): number[] {
  return Array.from({ length: kernel.REJECTION_COUNT }, (_, at) => (at === number ? documents : 0));
}

describe('the reason of a number', () => {
  const reasons = FILTER_NAMES.flatMap((filter) =>
    FILTER_REASONS[filter].map((reason, index) => ({ filter, reason, number: BEFORE[filter] + index + 1 })),
  );

  it.each(reasons)('$number is $filter $reason, in the summary and in the row', ({ filter, reason, number }) => {
    expect(rejectionsOf(countsOf(number))).toEqual([{ filter, reason, documents: 1 }]);
    const fields = rejectionFields();
    const at = number * FIELD_BYTES;
    const length = new DataView(fields.buffer).getUint32(at + FIELD_LENGTH, true);
    expect(length).toBeLessThanOrEqual(FIELD_LENGTH);
    const field = Buffer.from(fields.subarray(at, at + length)).toString();
    expect(JSON.parse(`{"row":0${field}}`)).toEqual({ row: 0, rejected: { filter, reason } });
  });

  it('for the expression is its text', () => {
    const expected = [{ filter: 'keep-if', reason: 'words > 5', documents: 2 }];
    expect(rejectionsOf(countsOf(kernel.REJECTION_BY_EXPRESSION, 2), 'words > 5')).toEqual(expected);
    expect(reasons).toHaveLength(kernel.REJECTION_BY_EXPRESSION - 1);
  });
});

describe('rejections', () => {
  it('are told by frequency, and as they are checked where that is the same', () => {
    const counts = countsOf(0);
    [counts[1], counts[2], counts[24], counts[32]] = [3, 7, 7, 9];
    expect(rejectionsOf(counts, 'true').map(({ reason, documents }) => [reason, documents])).toEqual([
      ['true', 9],
      ['gopher_long_doc', 7],
      ['lorem_ipsum', 7],
      ['gopher_short_doc', 3],
    ]);
    expect(rejectionsOf([])).toEqual([]);
  });

  it('add up, from none', () => {
    const none: readonly number[] = [];
    expect(addRejections(none, new Uint32Array(3))).toBe(none);
    expect(addRejections(none, Uint32Array.of(0, 2, 1))).toEqual([0, 2, 1]);
    expect(addRejections([0, 2 ** 40], Uint32Array.of(0, 2, 1))).toEqual([0, 2 ** 40 + 2, 1]);
  });
});
