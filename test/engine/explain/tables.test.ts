/**
 * Proves that the tables behind `explain` are complete: every threshold and every reason of the filters has its check, in their
 * order, and there are as many parts in words as the kernel puts into its row.
 */
import { describe, expect, it } from 'vitest';
import { FILTER_DEFAULTS, FILTER_NAMES, FILTER_REASONS, FILTER_STATS } from '../../../src/core/filters.js';
import { CHECKS } from '../../../src/engine/explain/checks.js';
import { PARTS } from '../../../src/engine/explain/parts.js';
import { counted, percent } from '../../../src/engine/explain/wording.js';
import { PART_COUNTS } from '../../../src/workers/report-parts.js';

/** A check of any filter. */
type NamedCheck = Readonly<
  Record<'kind', string> & Record<'threshold' | 'stat' | 'direction' | 'reason', string | null>
>;

describe.each(FILTER_NAMES)('the checks of %s', (filter) => {
  const checks: readonly NamedCheck[] = CHECKS[filter];

  it('name every threshold once, in the order of the defaults', () => {
    const named = checks.flatMap(({ threshold }) => threshold ?? []);
    expect(named).toEqual(Object.keys(FILTER_DEFAULTS[filter]));
  });

  it('name every reason once, in the order of the reasons', () => {
    expect(checks.flatMap(({ reason }) => reason ?? [])).toEqual([...FILTER_REASONS[filter]]);
  });

  it('name statistics that there are, with a direction where there is a bound', () => {
    for (const { kind, stat, direction } of checks) {
      if (stat !== null) expect(FILTER_STATS[filter]).toContain(stat);
      expect(direction !== null).toBe(kind === 'bound');
    }
  });

  it('have the direction that their threshold is named for', () => {
    for (const { kind, threshold, direction } of checks) {
      if (kind === 'bound' && threshold !== null) expect(threshold.slice(0, 3)).toBe(direction);
    }
  });
});

it('there are as many parts as the kernel puts', () => {
  const counts = Object.entries(PARTS).map(([dimension, parts]) => [dimension, parts.length]);
  expect(Object.fromEntries(counts)).toEqual(PART_COUNTS);
  const names = Object.values(PARTS).flatMap((parts) => parts.map(({ name }) => name));
  expect(new Set(names).size).toBe(21);
});

it('counts and shares read well', () => {
  expect([counted(1, 'passive'), counted(0, 'link'), counted(2, 'entry'), counted(2, 'day')]).toEqual([
    '1 passive',
    '0 links',
    '2 entries',
    '2 days',
  ]);
  expect([0, 0.001, 0.5, 0.999, 1].map(percent)).toEqual(['0 %', 'under 1 %', '50 %', '99 %', '100 %']);
});
