/** Proves that `--dry-run` lists the inputs in order, aligned, and does not pretend to know a size that it does not. */
import { describe, expect, it } from 'vitest';
import { formatPlan } from '../../../src/cli/score/plan-table.js';
import { PLAN } from '../fake-context.js';

const GZIP = { source: 'b.jsonl.gz', kind: 'jsonl.gz', files: 1, bytes: undefined };

describe('formatPlan', () => {
  it('lists the inputs and their sum', () => {
    expect(formatPlan(PLAN)).toBe(
      [
        'source   kind   files      bytes',
        'docs     files     12     34,567',
        'a.jsonl  jsonl      1  1,234,567',
        'total              13  1,269,134',
        '',
      ].join('\n'),
    );
  });

  it('sums what is known, and says that it is a lower bound', () => {
    expect(formatPlan({ inputs: [...PLAN.inputs, GZIP], skippedFiles: 3 })).toBe(
      [
        'source      kind      files         bytes',
        'docs        files        12        34,567',
        'a.jsonl     jsonl         1     1,234,567',
        'b.jsonl.gz  jsonl.gz      1       unknown',
        'total                    14  >= 1,269,134',
        '3 files skipped',
        '',
      ].join('\n'),
    );
  });

  it('says that nothing is known of nothing but pipes', () => {
    const lines = formatPlan({ inputs: [GZIP], skippedFiles: 1 }).split('\n');
    expect(lines.slice(2)).toEqual(['total                     1  unknown', '1 file skipped', '']);
  });
});
