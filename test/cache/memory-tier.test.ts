/**
 * Proves that L1 is a tier under each of its strategies, and what is its own: values are handed over as they are, `dispose` is
 * called once for each that leaves, however it leaves and whatever the callback does, and bounds count what `sizeBytes` says.
 */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MemoryTier, resolveMemoryTierOptions, type MemoryTierOptions } from '../../src/cache/memory-tier.js';
import { STRATEGY_NAMES } from '../../src/cache/strategy.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeTier, digestOf, makeEntry, makeKey } from './tier-conformance.js';

function makeTier(options: MemoryTierOptions, clock = new ManualClock()): MemoryTier {
  return new MemoryTier('l1', resolveMemoryTierOptions(options), clock);
}

for (const strategy of STRATEGY_NAMES) {
  describeTier(`L1, ${strategy}`, { serialises: false, evictsExactly: true }, ({ clock, bytesMax }) =>
    makeTier({ strategy, entriesMax: 1000, ...(bytesMax === undefined ? {} : { bytesMax }) }, clock),
  );
}

describe('a value in L1', () => {
  it('is handed over as it is, whatever it is', () => {
    const tier = makeTier({});
    const model = { run: () => 1 };
    const entry = makeEntry(model);
    tier.set(makeKey('1'), entry);
    expect(tier.get(makeKey('1'))).toBe(entry);
  });

  it('weighs what sizeBytes says', () => {
    const tier = makeTier({ bytesMax: 10, sizeBytes: (value) => Number(value) });
    for (const size of [4, 6, 11, 5]) tier.set(makeKey(`${size}`), makeEntry(size, { bytes: 1e9 }));
    expect(tier.stats()).toMatchObject({ bytes: 5, entries: 1, evictions: 2, sets: 3 });
  });

  it.each([Number.NaN, -1, 1.5, Infinity])('is refused when sizeBytes says %s', (bytes) => {
    const tier = makeTier({ sizeBytes: () => bytes });
    expect(() => tier.set(makeKey('1'), makeEntry(1))).toThrow(`sizeBytes must return an integer >= 0, got ${bytes}`);
    expect(tier.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });
});

describe('dispose', () => {
  it('is called once for each value that leaves, however it leaves', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), id: fc.nat(9), ttlMs: fc.nat(50) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const), id: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('sweep' as const, 'clear' as const), id: fc.nat(9) }) },
    );
    const run = fc.record({ strategy: fc.constantFrom(...STRATEGY_NAMES), steps: fc.array(step, { maxLength: 60 }) });
    fc.assert(
      fc.property(run, ({ strategy, steps }) => {
        const clock = new ManualClock();
        const disposed: unknown[] = [];
        const tier = makeTier(
          { strategy, entriesMax: 5, bytesMax: 700, dispose: (value) => disposed.push(value) },
          clock,
        );
        let values = 0;
        for (const given of steps) {
          clock.advance(3);
          if (given.kind === 'set') {
            const expiresAtMs = clock.epochMs() + given.ttlMs;
            tier.set(makeKey(`${given.id}`), makeEntry(values++, { expiresAtMs, bytes: 40 * given.id }));
          } else if (given.kind === 'get') tier.get(makeKey(`${given.id}`));
          else if (given.kind === 'delete') tier.delete(digestOf(`${given.id}`));
          else if (given.kind === 'clear') tier.clear();
          else tier.sweep(1);
          expect(disposed.length + tier.stats().entries).toBe(values);
        }
        tier.close();
        expect([...disposed].sort((one, other) => Number(one) - Number(other))).toEqual([...Array(values).keys()]);
      }),
      { numRuns: 500 },
    );
  });

  it('is not called for what never came in, nor for a value that takes its own place', () => {
    const dispose = vi.fn();
    const tier = makeTier({ bytesMax: 10, dispose });
    const model = { name: 'model' };
    tier.set(makeKey('1'), makeEntry({}, { bytes: 11 }));
    tier.set(makeKey('1'), makeEntry(model, { bytes: 10 }));
    tier.set(makeKey('1'), makeEntry(model, { bytes: 9 }));
    expect(dispose).not.toHaveBeenCalled();
    tier.close();
    expect(dispose.mock.calls).toEqual([[model]]);
    tier.set(makeKey('1'), makeEntry(model, { bytes: 1 }));
    expect(tier.get(makeKey('1'))).toBeUndefined();
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it('may throw: the others are told, and the tier is whole', () => {
    const disposed: unknown[] = [];
    const tier = makeTier({
      entriesMax: 3,
      dispose: (value) => {
        disposed.push(value);
        throw new Error(`cannot dispose of ${String(value)}`);
      },
    });
    for (const id of [0, 1, 2]) tier.set(makeKey(`${id}`), makeEntry(id));
    expect(() => tier.set(makeKey('3'), makeEntry(3))).toThrow('cannot dispose of 0');
    expect(tier.get(makeKey('3'))?.value).toBe(3);
    expect(() => tier.clear()).toThrow('cannot dispose of 1');
    expect(disposed).toEqual([0, 1, 2, 3]);
    expect(tier.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });

  it('may use the tier', () => {
    const tier: MemoryTier = makeTier({
      entriesMax: 2,
      dispose: (value) => {
        if (typeof value === 'number') tier.set(makeKey('3'), makeEntry(`after ${value}`));
      },
    });
    for (const id of [1, 2, 3]) tier.set(makeKey(`${id}`), makeEntry(id));
    expect(tier.get(makeKey('3'))?.value).toBe('after 3');
    expect(tier.stats().entries).toBe(2);
  });
});

describe('a sweep', () => {
  it('stops when its time is up, and goes on from there', () => {
    let nowMs = 0;
    const clock = new (class extends ManualClock {
      override monotonicMs(): number {
        return nowMs++;
      }
    })();
    const tier = makeTier({}, clock);
    for (let id = 0; id < 5000; id++) tier.set(makeKey(`${id}`), makeEntry(id, { expiresAtMs: clock.epochMs() }));
    expect(tier.sweep(2)).toBe(true);
    const { entries } = tier.stats();
    expect(entries).toBeGreaterThan(3000);
    expect(entries).toBeLessThan(5000);
    while (tier.sweep(2));
    expect(tier.stats().entries).toBe(0);
  });
});

describe('the options of L1', () => {
  it('are refused with their path', () => {
    const refused: readonly (readonly [object, string])[] = [
      [{ entriesMax: 0 }, 'l1.entriesMax must be an integer from 1 to 16777216, got 0'],
      [{ entriesMax: 2 ** 24 + 1 }, 'l1.entriesMax must be'],
      [{ bytesMax: 0 }, 'l1.bytesMax must be'],
      [{ bytesMax: -1 }, 'l1.bytesMax must be'],
      [{ bytesMax: 1.5 }, 'l1.bytesMax must be'],
      [{ bytesMax: Infinity }, 'l1.bytesMax must be'],
      [{ strategy: 'mru' }, 'l1.strategy must be one of lru, lfu, ttl, got "mru"'],
      [{ dispose: 1 }, 'l1.dispose must be a function, got 1'],
      [{ sizeBytes: null }, 'l1.sizeBytes must be a function, got null'],
      [{ max: 1 }, 'l1.max is not an option'],
    ];
    for (const [options, message] of refused) expect(() => resolveMemoryTierOptions(options)).toThrow(message);
  });

  it('are complete and frozen', () => {
    const options = resolveMemoryTierOptions({ strategy: 'lfu', entriesMax: undefined as never });
    expect(options).toMatchObject({ strategy: 'lfu', entriesMax: 65_536, bytesMax: 2 ** 26 });
    expect(Object.isFrozen(options)).toBe(true);
  });
});
