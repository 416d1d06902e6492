/**
 * Proves over many seeds of noise that a planted slowdown of 30 % is a critical regression and one of 1 % is none, by a time and by a
 * throughput, that a gain is no loss, and that each threshold begins where it says.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { LOSS_THRESHOLDS, judgeChange, severityOf, type Change } from '../../../src/monitor/statistics/change.js';
import { noisyTimes, seededNormal } from '../../support/noise.js';

const SEEDS = 300;

/** Seven rounds before and after of a case that got so many times as slow, with 3 % of noise. */
function slower(seed: number, factor: number): { byTime: Change; byRate: Change } {
  const normal = seededNormal(seed);
  const [before, after] = [noisyTimes(normal, 100, 0.03, 7), noisyTimes(normal, 100 * factor, 0.03, 7)];
  const rates = [before, after].map((times) => times.map((ms) => 1000 / ms));
  return {
    byTime: judgeChange(before, after, 'lower', { random: seededRandom(seed) }),
    byRate: judgeChange(rates[0]!, rates[1]!, 'higher', { random: seededRandom(seed) }),
  };
}

describe('judgeChange', () => {
  it('calls a slowdown of 30 % a regression, whatever the noise', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      for (const change of Object.values(slower(seed, 1.3))) {
        expect(change).toMatchObject({ isSignificant: true, verdict: 'regression' });
        expect(['major', 'critical']).toContain(change.severity);
        expect(change.high).toBeLessThan(1);
      }
    }
  });

  it('calls none of 1 % a regression', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const { byTime, byRate } = slower(seed, 1.01);
      for (const change of [byTime, byRate]) expect([seed, change.severity]).toEqual([seed, 'none']);
    }
  });

  it('calls a speed-up an improvement, without a severity', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      for (const change of Object.values(slower(seed, 1 / 1.3))) {
        expect(change).toMatchObject({ verdict: 'improvement', severity: 'none' });
        expect(change.ratio).toBeGreaterThan(1);
      }
    }
  });

  it('lets a small difference be, however sure it is', () => {
    const before = Array.from({ length: 20 }, (_, i) => 100 + i / 1000);
    const change = judgeChange(
      before,
      before.map((ms) => ms * 1.01),
      'lower',
      { random: seededRandom(1) },
    );
    expect(change).toMatchObject({ isSignificant: false, verdict: 'same', severity: 'none' });
    expect(change.p).toBeLessThan(1e-9);
  });

  it('says nothing by three rounds', () => {
    const change = judgeChange([100, 101, 102], [200, 201, 202], 'lower', { random: seededRandom(1) });
    expect(change).toMatchObject({ isSignificant: false, verdict: 'same' });
    expect(change.ratio).toBeCloseTo(0.502, 3);
  });
});

describe('severityOf', () => {
  it('begins at its thresholds', () => {
    const { minor, major, critical } = LOSS_THRESHOLDS;
    expect([0, minor, major, critical, 1].map(severityOf)).toEqual(['none', 'minor', 'major', 'critical', 'critical']);
    expect([-1, minor - 1e-9, major - 1e-9, critical - 1e-9].map(severityOf)).toEqual([
      'none',
      'none',
      'minor',
      'major',
    ]);
  });
});
