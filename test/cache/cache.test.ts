/**
 * Proves what `createCache` puts together, with real tiers: namespaces that do not see each other, values of every kind through
 * memory and disk, what outlives the process, and every option that is refused.
 */
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCache } from '../../src/cache/create-cache.js';
import { NAMESPACE_PRESETS } from '../../src/cache/namespace-presets.js';
import { ManualClock } from '../support/manual-clock.js';
import { errorOf } from '../support/outcomes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cache-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('namespaces', () => {
  it('do not see each other, nor do stages, options and names', async () => {
    await using cache = await createCache();
    const [reports, queries] = [cache.namespace('reports'), cache.namespace('queries')];
    const text = 'The tide turns twice a day.';
    const keys = [
      reports.key(text),
      reports.key(text, { stage: 'score' }),
      reports.key(text, { stage: 'score', options: { a: 1, b: 2 } }),
      reports.keyMaker({ stage: 'score', options: { b: 2, a: 2 } }).of(text),
      reports.named(text),
      queries.key(text),
    ];
    expect(new Set(keys.map(({ digest }) => digest)).size).toBe(keys.length);
    for (const [index, key] of keys.entries()) await reports.set(key, index);
    for (const [index, key] of keys.entries()) expect(reports.get(key)).toMatchObject({ value: index });
    expect(reports.get(reports.key(text, { stage: 'score', options: { b: 2, a: 1 } }))).toMatchObject({ value: 2 });
    expect(queries.get(queries.key(text))).toBeUndefined();
  });

  it('are the presets and those that are given', async () => {
    await using cache = await createCache({ namespaces: { mine: { ttlMs: 5 } } });
    for (const name of [...Object.keys(NAMESPACE_PRESETS), 'mine']) {
      expect(cache.namespace(name)).toBe(cache.namespace(name));
      expect(cache.namespace(name).name).toBe(name);
    }
    expect(() => cache.namespace('report')).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_UNKNOWN',
        message: expect.stringContaining(
          'there is no namespace "report"; expected one of cache.namespaces, such as reports',
        ),
      }),
    );
  });

  it('have times to live of their own', async () => {
    const clock = new ManualClock();
    await using cache = await createCache({ clock, namespaces: { queries: { negativeTtlMs: 10 } } });
    const lives: Record<string, number> = { responses: 7_200_000, embeddings: 86_400_000, queries: 300_000 };
    for (const name of Object.keys(lives)) await cache.namespace(name).set(cache.namespace(name).key('a'), 1);
    for (const [name, ttlMs] of Object.entries(lives)) {
      expect(await cache.namespace(name).get(cache.namespace(name).key('a'))).toMatchObject({
        expiresAtMs: clock.epochMs() + ttlMs,
      });
    }
  });

  it('of models hold any value, weigh it and dispose of it', async () => {
    const gone: unknown[] = [];
    const cache = await createCache({
      namespaces: {
        models: { entriesMax: 2, sizeBytes: () => 1000, dispose: (value) => gone.push(value) },
      },
    });
    const models = cache.namespace('models');
    const loaded = ['a', 'b', 'c'].map((name) => ({ name, run: () => name }));
    for (const model of loaded) await models.set(models.named(model.name), model);
    expect(gone).toEqual([loaded[0]]);
    expect(models.stats().tiers.map(({ bytes, entries }) => [bytes, entries])).toEqual([[2000, 2]]);
    expect(models.get(models.named('b'))).toMatchObject({ value: loaded[1] });
    await cache.close();
    expect(gone).toHaveLength(3);
  });
});

describe('a directory', () => {
  it('keeps values for the next who opens it, vectors as typed arrays', async () => {
    const dir = join(folder, 'kept');
    const vector = Float32Array.from([0.5, -1, 2]);
    {
      await using cache = await createCache({ dir });
      const embeddings = cache.namespace('embeddings');
      await embeddings.set(embeddings.key('text'), vector, { tags: ['model-1'] });
      const responses = cache.namespace('responses');
      await responses.set(responses.named('user:1:profile'), { text: 'x'.repeat(5000) });
      const models = cache.namespace('models');
      await models.set(models.named('a'), () => 1);
    }
    await using cache = await createCache({ dir });
    const embeddings = cache.namespace('embeddings');
    expect(embeddings.get(embeddings.key('text'))).toMatchObject({ value: vector, tags: ['model-1'] });
    const responses = cache.namespace('responses');
    expect(responses.get(responses.named('user:1:profile'))).toMatchObject({ value: { text: 'x'.repeat(5000) } });
    expect(await responses.invalidateNames('user:*:profile')).toBe(1);
    expect(responses.get(responses.named('user:1:profile'))).toBeUndefined();
    expect(embeddings.stats().tiers.map(({ name }) => name)).toEqual(['memory', 'disk']);
    expect(cache.stats().namespaces).toMatchObject({ embeddings: { hits: 1 }, responses: { hits: 1, misses: 1 } });
    await cache.clear();
    expect(embeddings.get(embeddings.key('text'))).toBeUndefined();
  });

  it('warms the first tier of the next', async () => {
    const dir = join(folder, 'warm');
    {
      await using cache = await createCache({ dir });
      const reports = cache.namespace('reports');
      await reports.setMany(
        Array.from({ length: 500 }, (_, index) => [reports.key(`text ${index}`), { index }] as const),
      );
    }
    await using cache = await createCache({ dir });
    const reports = cache.namespace('reports');
    expect(await reports.warm()).toBe(500);
    expect(reports.stats().tiers[0]).toMatchObject({ name: 'memory', entries: 500 });
  });

  it('is not asked for what is surely absent, except for responses', async () => {
    await using cache = await createCache({ dir: join(folder, 'guard') });
    for (const name of ['reports', 'responses']) {
      const namespace = cache.namespace(name);
      await namespace.set(namespace.key('there'), 1);
      await namespace.flush();
      for (let count = 0; count < 100; count++) expect(namespace.get(namespace.key(`absent ${count}`))).toBeUndefined();
    }
    const { reports, responses } = cache.stats().namespaces;
    expect(responses?.tiers.at(-1)?.guard).toBeNull();
    const guard = reports?.tiers.at(-1)?.guard;
    expect((guard?.absent ?? 0) + (guard?.falsePositives ?? 0)).toBe(100);
    expect(guard?.falsePositiveRate).toBeLessThan(0.1);
  });

  it('that is a file is refused', async () => {
    const dir = join(folder, 'file');
    await writeFile(dir, 'x');
    const { code, message } = await errorOf(createCache({ dir }));
    expect(code).toBe('ERR_CACHE_DIR');
    expect(message).toContain(dir);
  });

  it('is left alone by a cache without one', async () => {
    const before = readdirSync(folder);
    await using cache = await createCache();
    const reports = cache.namespace('reports');
    await reports.set(reports.key('a'), 1);
    expect(reports.stats().tiers.map(({ name }) => name)).toEqual(['memory', 'compressed']);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('a value that cannot be serialised', () => {
  it.each(['reports', 'responses', 'embeddings'])('reaches the caller (%s)', async (name) => {
    await using cache = await createCache({ dir: join(folder, `values-${name}`) });
    const namespace = cache.namespace(name);
    expect((await errorOf(namespace.set(namespace.key('a'), { run: () => 1 }))).code).toBe('ERR_CACHE_VALUE');
    expect(await namespace.get(namespace.key('a'))).toBeUndefined();
  });
});

describe('clean-up', () => {
  it('removes what has expired from all tiers, and ends with the cache', async () => {
    const clock = new ManualClock();
    const cache = await createCache({ clock, sweepEveryMs: 1000, namespaces: { queries: { ttlMs: 500 } } });
    const queries = cache.namespace('queries');
    await queries.set(queries.key('a'), 1);
    await clock.advanceAsync(999);
    expect(cache.stats().tiers.map(({ entries }) => entries)).toEqual([1, 1]);
    await clock.advanceAsync(100);
    expect(cache.stats().tiers.map(({ entries }) => entries)).toEqual([0, 0]);
    await cache.close();
    expect(clock.pending).toBe(0);
    expect(() => cache.namespace('queries')).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect((await errorOf(cache.clear())).code).toBe('ERR_CLOSED');
  });
});

describe('options', () => {
  it.each([
    [1, 'cache must be an object, got 1'],
    [{ dir: '' }, 'cache.dir must be a non-empty string, got ""'],
    [
      { directory: 'x' },
      'cache.directory is not an option; expected one of dir, namespaces, sweepEveryMs, lockWaitMs, clock',
    ],
    [{ sweepEveryMs: 0 }, 'cache.sweepEveryMs must be an integer >= 1, got 0'],
    [{ lockWaitMs: -1 }, 'cache.lockWaitMs must be an integer from 0 to 600000, got -1'],
    [{ clock: {} }, 'cache.clock must be a clock with monotonicMs, epochMs and schedule, got an object'],
    [{ namespaces: [] }, 'cache.namespaces must be an object, got an array'],
    [{ namespaces: { a: 1 } }, 'cache.namespaces.a must be an object, got 1'],
    [{ namespaces: { a: { ttlMs: 0 } } }, 'cache.namespaces.a.ttlMs must be an integer >= 1, got 0'],
    [{ namespaces: { a: { negativeTtlMs: -1 } } }, 'cache.namespaces.a.negativeTtlMs must be an integer >= 0, got -1'],
    [{ namespaces: { a: { strategy: 'mru' } } }, 'cache.namespaces.a.strategy must be one of lru, lfu, ttl, got "mru"'],
    [
      { namespaces: { a: { entriesMax: 0 } } },
      'cache.namespaces.a.entriesMax must be an integer from 1 to 16777216, got 0',
    ],
    [{ namespaces: { a: { write: 'back' } } }, 'cache.namespaces.a.write must be one of through, behind, got "back"'],
    [{ namespaces: { a: { check: 'md5' } } }, 'cache.namespaces.a.check must be one of keyed, sha256, got "md5"'],
    [{ namespaces: { a: { l2: true } } }, 'cache.namespaces.a.l2 must be an object or false, got true'],
    [
      { namespaces: { a: { l2: { bytesMax: 0 } } } },
      /^cache\.namespaces\.a\.l2\.bytesMax must be an integer from 1 to /,
    ],
    [{ namespaces: { a: { l3: { bytesMax: 1 } } } }, /^cache\.namespaces\.a\.l3\.bytesMax must be an integer from /],
    [
      { namespaces: { a: { writeBytesMax: 1.5 } } },
      'cache.namespaces.a.writeBytesMax must be an integer >= 1, got 1.5',
    ],
    [{ namespaces: { a: { waitersMax: 0 } } }, 'cache.namespaces.a.waitersMax must be an integer >= 1, got 0'],
    [{ namespaces: { a: { dispose: 1 } } }, 'cache.namespaces.a.dispose must be a function, got 1'],
    [{ namespaces: { a: { guard: true } } }, /^cache\.namespaces\.a\.guard is not an option/],
  ])('%j', async (options, message) => {
    expect((await errorOf(createCache(options as never))).message).toMatch(message);
  });

  it('go over those of the preset, inside the tiers as well', async () => {
    const options = { dir: join(folder, 'over'), namespaces: { responses: { ttlMs: 50, l3: { bytesMax: 2 ** 20 } } } };
    await using cache = await createCache(options);
    const responses = cache.namespace('responses');
    expect(responses.stats().tiers[2]).toMatchObject({ name: 'disk', bytesMax: 2 ** 20 });
    expect(responses.key('a').check()).toHaveLength(32);
  });
});
