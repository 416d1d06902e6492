/** Proves how the command line of the benchmarks is understood, and that a mistake in it is refused. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARTS, parseBenchOptions } from '../../bench/options.js';

describe('parseBenchOptions', () => {
  it('runs every part with a baseline without arguments', () => {
    const { parts, rounds, seed, quick, micro, text, json } = parseBenchOptions([]);
    expect({ parts, rounds, seed, quick, micro }).toEqual({
      parts: DEFAULT_PARTS,
      rounds: 5,
      seed: 1,
      quick: false,
      micro: false,
    });
    expect([text, json]).toEqual([undefined, undefined]);
    expect(parseBenchOptions(['--only', 'hostile']).parts).toEqual(['hostile']);
    expect(DEFAULT_PARTS).not.toContain('hostile');
  });

  it('measures entropy unless told', () => {
    expect(parseBenchOptions([]).measures).toEqual({ measures: 'entropy' });
    expect(parseBenchOptions(['--measures', 'stats']).measures).toEqual({ measures: 'all', stats: true });
  });

  it('selects parts, given together or one by one, in their own order', () => {
    expect(parseBenchOptions(['--only', 'memory,kernel']).parts).toEqual(['kernel', 'memory']);
    expect(parseBenchOptions(['--only', 'start-up', '--only', 'files']).parts).toEqual(['files', 'start-up']);
  });

  it('takes fewer rounds when it is quick, unless told', () => {
    expect(parseBenchOptions(['--quick']).rounds).toBe(3);
    expect(parseBenchOptions(['--quick', '--rounds', '7']).rounds).toBe(7);
  });

  it.each([
    ['--only', 'disk'],
    ['--measures', 'some'],
    ['--rounds', '0'],
    ['--seed', '1.5'],
    ['--seed', ''],
    ['--fast'],
    ['kernel'],
  ])('refuses %s %s', (...args) => {
    expect(() => parseBenchOptions(args)).toThrow();
  });
});
