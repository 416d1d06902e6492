/**
 * Proves that an expression reads from the kernel's row what the decoder puts into the report: each number at its slot, each
 * verdict, and nothing of the next row. Whole expressions are compared in test/engine/expression.
 */
import { describe, expect, it } from 'vitest';
import { isMillraceError } from '../../src/core/errors.js';
import { FILTER_NAMES, FILTER_REASONS } from '../../src/core/filters.js';
import { compileForRows, rowFields } from '../../src/workers/expression-row.js';
import { ENTROPY_SLOTS, REPORT_SLOTS, SLOT_VERDICTS, STATS_SLOTS } from '../../src/workers/kernel/report-slots.js';
import { KINDS, slotsOf } from '../support/report-rows.js';

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isMillraceError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('rowFields', () => {
  it.each(KINDS)('reads each number of $name where the decoder does', (kind) => {
    const rows = Float64Array.from({ length: 2 * kind.decoder.slots }, (_, index) => index);
    const fields = rowFields(kind.decoder.slots);
    const slots = slotsOf(kind);
    expect(slots.size).toBeGreaterThan(14);
    for (const [slot, { path }] of slots) {
      expect({ path, value: fields.number(path)({ rows, at: 3 }) }).toEqual({ path, value: slot + 3 });
    }
  });

  it('reads the verdict of each filter', () => {
    const fields = rowFields(REPORT_SLOTS);
    FILTER_NAMES.forEach((filter, index) => {
      const reasons = [null, ...FILTER_REASONS[filter]];
      reasons.forEach((reason, verdict) => {
        const rows = new Float64Array(REPORT_SLOTS).fill(99);
        rows[SLOT_VERDICTS + index] = verdict;
        const row = { rows, at: 0 };
        expect(fields.boolean(`filters.${filter}.keep`)(row)).toBe(reason === null);
        const found = reasons.filter((text) => fields.textIs(`filters.${filter}.reason`, text)(row));
        expect(found).toEqual([reason]);
      });
    });
  });

  it.each([
    ['words', STATS_SLOTS, 'accepted'],
    ['miair', ENTROPY_SLOTS, 'ERR_INTERNAL: a row of 16 doubles has no field miair'],
    [
      'filters.c4_quality.stats.kept',
      REPORT_SLOTS,
      'ERR_INTERNAL: a row of 30 doubles has no field filters.c4_quality.stats.kept',
    ],
    ['filters.c4_quality.keep', STATS_SLOTS, 'ERR_INTERNAL: a row has no field filters.c4_quality.keep of that type'],
    ['toString', STATS_SLOTS, 'ERR_INTERNAL: a row has no field toString of that type'],
  ])('reads %s out of a row of %i doubles: %s', (path, width, expected) => {
    expect(codeOf(() => rowFields(width).number(path))).toBe(expected);
  });

  it('refuses a reason that the filter does not have', () => {
    expect(codeOf(() => rowFields(REPORT_SLOTS).textIs('filters.c4_quality.reason', 'empty'))).toBe(
      'ERR_INTERNAL: filters.c4_quality.reason is never "empty"',
    );
  });
});

describe('compileForRows', () => {
  it('decides row by row, wherever a row starts', () => {
    const isLong = compileForRows(
      {
        kind: 'compare',
        operators: ['>'],
        operands: [
          { kind: 'field', path: 'words' },
          { kind: 'constant', value: 50 },
        ],
      },
      ENTROPY_SLOTS,
    );
    const words = [51, 50, 3, 1000];
    const rows = new Float64Array(words.length * ENTROPY_SLOTS);
    words.forEach((count, row) => (rows[row * ENTROPY_SLOTS + 2] = count));
    expect(words.map((_, row) => isLong(rows, row * ENTROPY_SLOTS))).toEqual([true, false, false, true]);
  });
});
