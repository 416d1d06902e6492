/**
 * Proves that each strategy evicts exactly what its definition says: after every operation of random sequences it holds what a
 * slow and obvious simulation holds, which is a list in the order in which items go. With requests as they come in practice
 * (a few keys often, most keys rarely), the tier's hit ratio is that of the simulation, and LFU's is above LRU's.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lfu, USES_PER_AGEING } from '../../src/cache/lfu.js';
import { Lru } from '../../src/cache/lru.js';
import { MemoryTier, resolveMemoryTierOptions } from '../../src/cache/memory-tier.js';
import { STRATEGY_NAMES, type Expiring, type Strategy, type StrategyName } from '../../src/cache/strategy.js';
import { Ttl } from '../../src/cache/ttl.js';
import { ManualClock } from '../support/manual-clock.js';
import { digestOf, makeEntry } from './tier-conformance.js';

/** Items in the order in which they go; what a use does to the order is the strategy. */
abstract class Simulation<T extends Expiring> implements Strategy<T> {
  protected readonly items: { readonly item: T; count: number }[] = [];

  get size(): number {
    return this.items.length;
  }

  get(digest: string): T | undefined {
    const at = this.#find(digest);
    if (at < 0) return undefined;
    this.use(at);
    return this.peek(digest);
  }

  peek(digest: string): T | undefined {
    return this.items[this.#find(digest)]?.item;
  }

  add(_digest: string, item: T): void {
    this.insert(item);
  }

  delete(digest: string): void {
    const at = this.#find(digest);
    if (at >= 0) this.items.splice(at, 1);
  }

  evict(): T | undefined {
    return this.items.shift()?.item;
  }

  protected abstract insert(item: T): void;
  protected abstract use(at: number): void;

  #find(digest: string): number {
    return this.items.findIndex(({ item }) => item.digest === digest);
  }
}

class SlowLru<T extends Expiring> extends Simulation<T> {
  protected insert(item: T): void {
    this.items.push({ item, count: 0 });
  }

  protected use(at: number): void {
    this.items.push(...this.items.splice(at, 1));
  }
}

class SlowTtl<T extends Expiring> extends Simulation<T> {
  protected insert(item: T): void {
    const later = this.items.findIndex((other) => other.item.expiresAtMs > item.expiresAtMs);
    this.items.splice(later < 0 ? this.items.length : later, 0, { item, count: 0 });
  }

  protected use(): void {}
}

class SlowLfu<T extends Expiring> extends Simulation<T> {
  #uses = 0;

  protected insert(item: T): void {
    this.#place(item, 1);
  }

  protected use(at: number): void {
    for (const { item, count } of this.items.splice(at, 1)) this.#place(item, count + 1);
  }

  #place(item: T, count: number): void {
    const more = this.items.findIndex((other) => other.count > count);
    this.items.splice(more < 0 ? this.items.length : more, 0, { item, count });
    if (++this.#uses < USES_PER_AGEING * this.items.length) return;
    this.#uses = 0;
    for (const aged of this.items) aged.count = Math.floor(aged.count / 2);
  }
}

const CAPACITY = 8;
const STRATEGIES: Readonly<
  Record<StrategyName, { make(n?: number): Strategy<Expiring>; simulate(): Strategy<Expiring> }>
> = {
  lru: { make: (entriesMax = CAPACITY) => new Lru(entriesMax), simulate: () => new SlowLru() },
  lfu: { make: () => new Lfu(), simulate: () => new SlowLfu() },
  ttl: { make: () => new Ttl(), simulate: () => new SlowTtl() },
};

type Operation =
  | { readonly kind: 'get' | 'peek' | 'delete'; readonly id: number }
  | { readonly kind: 'gets'; readonly id: number; readonly count: number }
  | { readonly kind: 'request'; readonly id: number; readonly expiresAtMs: number }
  | { readonly kind: 'evict' };

const IDS = Array.from({ length: 16 }, (_, id) => String(id));
const id = fc.nat(15);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('request' as const), id, expiresAtMs: fc.nat(10) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('get' as const, 'peek' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gets' as const), id, count: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evict' as const) }) },
);

/** What the operation answers. */
function apply(step: Operation, strategy: Strategy<Expiring>): unknown {
  switch (step.kind) {
    case 'evict':
      return strategy.evict()?.digest;
    case 'get':
      return strategy.get(`${step.id}`)?.digest;
    case 'gets':
      for (let count = 0; count < step.count; count++) strategy.get(`${step.id}`);
      return undefined;
    case 'peek':
      return strategy.peek(`${step.id}`)?.digest;
    case 'delete':
      strategy.delete(`${step.id}`);
      return undefined;
    case 'request': {
      const digest = `${step.id}`;
      if (strategy.get(digest) !== undefined) return 'there';
      const evicted = strategy.size === CAPACITY ? strategy.evict()?.digest : undefined;
      strategy.add(digest, { digest, expiresAtMs: step.expiresAtMs === 10 ? Infinity : step.expiresAtMs });
      return evicted;
    }
  }
}

function holdings(strategy: Strategy<Expiring>): string {
  return `${strategy.size}:${IDS.filter((id) => strategy.peek(id)?.digest === id).join()}`;
}

describe.each(STRATEGY_NAMES)('%s', (name) => {
  const { make, simulate } = STRATEGIES[name];

  it('evicts exactly what its definition says', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 150, size: 'max' }), (operations) => {
        const [strategy, simulation] = [make(), simulate()];
        for (const step of operations) {
          const [answer, expected] = [apply(step, strategy), apply(step, simulation)];
          if (answer !== expected || holdings(strategy) !== holdings(simulation)) {
            expect.fail(`${step.kind}: ${holdings(strategy)} for ${holdings(simulation)}`);
          }
        }
        // All of the order, not only its first.
        while (simulation.size > 0) expect(strategy.evict()?.digest).toBe(simulation.evict()?.digest);
        expect(strategy.evict()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('the least frequently used', () => {
  it('goes first; of equals the one not used for longest', () => {
    const lfu = new Lfu();
    for (const digest of ['a', 'b', 'c', 'd']) lfu.add(digest, { digest, expiresAtMs: Infinity });
    for (const digest of ['a', 'a', 'd', 'b']) lfu.get(digest);
    expect(['c', 'd', 'b', 'a'].map(() => lfu.evict()?.digest)).toEqual(['c', 'd', 'b', 'a']);
  });

  it('is in time what was used most yesterday', () => {
    const lfu = new Lfu();
    const entriesMax = 100;
    const request = (digest: string) => {
      if (lfu.get(digest) !== undefined) return;
      if (lfu.size === entriesMax) lfu.evict();
      lfu.add(digest, { digest, expiresAtMs: Infinity });
    };
    for (let use = 0; use < 100_000; use++) request(`yesterday ${use % 50}`);
    // More than fit beside those of yesterday, which have had 2000 uses each.
    for (let use = 0; use < 20_000; use++) request(`today ${use % 80}`);
    const left = Array.from({ length: 50 }, (_, at) => lfu.peek(`yesterday ${at}`)).filter(
      (item) => item !== undefined,
    );
    expect(left.length).toBeLessThanOrEqual(20);
    expect(Array.from({ length: 80 }, (_, at) => lfu.peek(`today ${at}`)).every((item) => item !== undefined)).toBe(
      true,
    );
  });
});

describe('the hit ratio', () => {
  const entriesMax = 100;

  function hitRatioOfTier(strategy: StrategyName, ids: readonly number[]): number {
    const tier = new MemoryTier('l1', resolveMemoryTierOptions({ strategy, entriesMax }), new ManualClock());
    for (const [at, id] of ids.entries()) {
      const key = { digest: digestOf(`${id}`), check: () => 'check' };
      if (tier.get(key) === undefined) tier.set(key, makeEntry(id, { expiresAtMs: 2e12 + at }));
    }
    const { hits, misses } = tier.stats();
    expect(hits + misses).toBe(ids.length);
    return hits / ids.length;
  }

  function hitRatioOfSimulation(strategy: StrategyName, ids: readonly number[]): number {
    const simulation = STRATEGIES[strategy].simulate();
    let hits = 0;
    for (const [at, id] of ids.entries()) {
      if (simulation.get(`${id}`) !== undefined) hits++;
      else {
        if (simulation.size === entriesMax) simulation.evict();
        simulation.add(`${id}`, { digest: `${id}`, expiresAtMs: at });
      }
    }
    return hits / ids.length;
  }

  it('under requests by Zipf over ten times what fits is that of the simulation, and better with LFU', () => {
    const ids = zipf(10 * entriesMax, 30_000);
    const ratios = Object.fromEntries(STRATEGY_NAMES.map((name) => [name, hitRatioOfTier(name, ids)]));
    for (const name of STRATEGY_NAMES) {
      expect(Math.abs(ratios[name]! - hitRatioOfSimulation(name, ids))).toBeLessThan(0.02);
    }
    expect(ratios['lfu']).toBeGreaterThan(ratios['lru']! + 0.02);
    expect(ratios['lru']).toBeGreaterThan(ratios['ttl']!);
  });

  it('is above 90 % when nine of ten requests repeat an earlier one, and nearly all of those are hits', () => {
    const random = makeRandom();
    const ids = Array.from({ length: 20_000 }, (_, at) => (random() < 0.92 ? Math.floor(random() * 50) : 1000 + at));
    const repeats = (ids.length - new Set(ids).size) / ids.length;
    for (const strategy of ['lru', 'lfu'] as const) {
      expect(hitRatioOfTier(strategy, ids)).toBeGreaterThan(0.9);
      expect(hitRatioOfTier(strategy, ids)).toBeGreaterThan(0.98 * repeats);
    }
  });
});

/** Requests of which that for item k has a share in proportion to 1 / k. */
function zipf(items: number, requests: number): number[] {
  const random = makeRandom();
  const upTo: number[] = [];
  let sum = 0;
  for (let item = 1; item <= items; item++) upTo.push((sum += 1 / item));
  return Array.from({ length: requests }, () => {
    const drawn = random() * sum;
    return upTo.findIndex((share) => drawn < share);
  });
}

/** Park and Miller's generator, always the same sequence. */
function makeRandom(): () => number {
  let state = 20_260_101;
  return () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
}
