/** Proves that options are completed, and refused with their path, before anything is started. */
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../src/refine/mock/options.js';
import { resolveStressOptions, type StressOptions } from '../../../src/harness/stress/options.js';

describe('the options of a stress run', () => {
  it('score at the headline rate for ten minutes by default', () => {
    expect(resolveStressOptions()).toMatchObject({
      mode: 'score',
      ratePerMinute: 248_000,
      minutes: 10,
      warmUpSeconds: 60,
      faults: {},
    });
    expect(resolveStressOptions({ minutes: 1 }).warmUpSeconds).toBe(12);
  });

  it('refine where calls are to fail, in equal parts in each way', () => {
    const { mode, faults } = resolveStressOptions({ faults: 0.01 });
    expect(mode).toBe('refine');
    expect(Object.keys(faults).sort()).toEqual([...FAULTS].sort());
    expect(Object.values(faults).reduce((sum, share) => sum + share, 0)).toBeCloseTo(0.01, 12);
    expect(resolveStressOptions({ faults: { reset: 0.5 } }).faults).toEqual({ reset: 0.5 });
    expect(resolveStressOptions({ faults: 0 }).mode).toBe('score');
  });

  it.each<[StressOptions, string, string]>([
    [{ mode: 'score', faults: 0.1 }, 'ERR_USAGE', 'stress.faults'],
    [{ faults: 1.1 }, 'ERR_OPTION_RANGE', 'stress.faults'],
    [{ faults: { '500': 0.6, reset: 0.6 } }, 'ERR_OPTION_RANGE', 'stress.faults'],
    [{ ratePerMinute: 0 }, 'ERR_OPTION_RANGE', 'stress.ratePerMinute'],
    [{ ratePerMinute: 1, minutes: 0.1 }, 'ERR_USAGE', 'nothing arrives'],
    [{ minutes: 1, warmUpSeconds: 61 }, 'ERR_OPTION_RANGE', 'stress.warmUpSeconds'],
    [{ queueMax: 0 }, 'ERR_OPTION_RANGE', 'stress.queueMax'],
    [{ inputs: [''] }, 'ERR_OPTION_RANGE', 'stress.inputs[0]'],
    [{ rate: 1 } as StressOptions, 'ERR_OPTION_UNKNOWN', 'stress.rate'],
  ])('refuse %j', (options, code, what) => {
    expect(() => resolveStressOptions(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(what) }),
    );
  });
});
