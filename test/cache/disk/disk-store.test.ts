/**
 * Proves that a directory is one store for all: processes and threads that open it get one secret and find each other's entries; and
 * that whatever cannot be a store, and every option out of bounds, is refused by name.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { DiskStore } from '../../../src/cache/disk/disk-store.js';
import type { DiskStoreOptions, DiskTierOptions } from '../../../src/cache/disk/disk-options.js';
import { Environment } from '../../../src/cache/disk/environment.js';
import { Gate } from '../../../src/cache/disk/gate.js';
import { Scratch } from '../../support/scratch.js';
import { entryOf, keyOf, valueOf } from './entries.js';
import { exactFilters } from './filters.js';

const scratch = new Scratch();
const SCRIPT = new URL('./process.ts', import.meta.url);

async function runProcess(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(SCRIPT), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  });
  return (await text(child.stdout)).trim();
}

async function runThread(...args: string[]): Promise<string> {
  const thread = new Worker(new URL('./thread.mjs', import.meta.url), { workerData: args, stdout: true });
  return (await text(thread.stdout)).trim();
}

describe('one directory', () => {
  it('has one secret, though many make it at once', async () => {
    const dir = scratch.fresh('');
    const secrets = await Promise.all([
      ...Array.from({ length: 3 }, () => runProcess('secret', dir)),
      ...Array.from({ length: 6 }, async () => {
        const store = await DiskStore.open(dir);
        const secret = Buffer.from(store.secret).toString('hex');
        await store.close();
        return secret;
      }),
    ]);
    expect(secrets[0]).toMatch(/^[\da-f]{32}$/);
    expect(new Set(secrets).size).toBe(1);
    expect(statSync(join(dir, 'secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'users'))).toEqual([]);
  });

  it.each([
    ['processes', runProcess],
    ['threads', runThread],
  ])('is shared by %s: what one writes the others find, and nothing is counted twice', async (_, run) => {
    const dir = scratch.fresh('');
    const store = await DiskStore.open(dir);
    const tier = store.tier('a', {}, exactFilters());
    for (let number = 0; number < 400; number++) expect(tier.get(keyOf(number))).toBeUndefined();
    // The ranges overlap.
    const outputs = await Promise.all([
      run('some', dir, '0', '200'),
      run('some', dir, '100', '300'),
      (async () => {
        for (let number = 250; number < 400; number++) await tier.set(keyOf(number), entryOf(number));
      })(),
    ]);
    expect(outputs.slice(0, 2)).toEqual(['found', 'found']);
    for (let number = 0; number < 400; number++) expect(tier.get(keyOf(number))?.value).toBe(valueOf(number));
    const { entries, rawBytes } = tier.stats();
    expect(entries).toBe(400);
    await tier.clear();
    for (let number = 0; number < 400; number++) await tier.set(keyOf(number), entryOf(number));
    expect(tier.stats().rawBytes).toBe(rawBytes);
    await store.close();
  });

  it('can be opened by a thread that is writing to it', async () => {
    // In a process of its own, since a thread that waited for itself would never end.
    expect(await runProcess('beside', scratch.fresh(''))).toBe('opened');
  });

  it('holds namespaces apart', async () => {
    const store = await DiskStore.open(scratch.fresh(''));
    const [a, b] = [store.tier('a', {}, exactFilters()), store.tier('b', {}, exactFilters())];
    await a.set(keyOf(1), entryOf(1));
    expect(b.get(keyOf(1))).toBeUndefined();
    await b.clear();
    expect(a.get(keyOf(1))?.value).toBe(valueOf(1));
    expect(() => store.tier('a', {})).toThrow('the namespace a is open already');
    await store.close();
  });
});

describe('refused', () => {
  it('a file in place of the directory', async () => {
    const path = scratch.write('file', '');
    await expect(DiskStore.open(path)).rejects.toMatchObject({
      code: 'ERR_CACHE_DIR',
      message: expect.stringContaining(path),
    });
  });

  it.skipIf(process.getuid?.() !== 0)('a directory without permission', async () => {
    const dir = scratch.fresh('');
    await (await DiskStore.open(dir)).close();
    process.seteuid?.(65_534);
    try {
      await expect(DiskStore.open(dir)).rejects.toMatchObject({
        code: 'ERR_CACHE_DIR',
        message: expect.stringContaining(dir),
      });
    } finally {
      process.seteuid?.(0);
    }
  });

  it.each([
    ['of a newer format', 'millrace-cache 2\n', 'it has format 2, expected at most 1'],
    ['of another program', 'something else\n', 'is of another program'],
  ])('a directory %s, which is left as it is', async (_, format, message) => {
    const dir = scratch.fresh('');
    mkdirSync(dir);
    writeFileSync(join(dir, 'format'), format);
    await expect(DiskStore.open(dir)).rejects.toMatchObject({
      code: 'ERR_CACHE_DIR',
      message: expect.stringContaining(message),
    });
    expect(readFileSync(join(dir, 'format'), 'utf8')).toBe(format);
  });

  it('a directory that another process keeps changing, naming that', async () => {
    const dir = scratch.fresh('');
    await (await DiskStore.open(dir)).close();
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: process.ppid, start: null, token: 'x' }));
    await expect(DiskStore.open(dir, { lockWaitMs: 50 })).rejects.toMatchObject({
      code: 'ERR_CACHE_LOCKED',
      message: expect.stringContaining(`process ${process.ppid}`),
    });
    const signal = AbortSignal.abort();
    await expect(DiskStore.open(dir, {}, { signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  it.each<[DiskStoreOptions, string]>([
    [{ lockWaitMs: -1 }, 'disk.lockWaitMs must be an integer from 0 to 600000, got -1'],
    [{ queueBytesMax: 0 }, 'disk.queueBytesMax must be an integer from 65536 to 1073741824, got 0'],
  ])('options of the store: %o', async (options, message) => {
    await expect(DiskStore.open(scratch.fresh(''), options)).rejects.toMatchObject({
      code: 'ERR_OPTION_RANGE',
      message,
    });
  });

  it('options of a tier', async () => {
    const store = await DiskStore.open(scratch.fresh(''));
    const refused: [string, DiskTierOptions & { readonly bytes?: number }, string][] = [
      ['a', { bytesMax: 0 }, 'disk.a.bytesMax must be an integer from 65536 to 70368744177664, got 0'],
      ['a', { bytesMax: 1e18 }, 'disk.a.bytesMax must be'],
      ['a', { compressFromBytes: -1 }, 'disk.a.compressFromBytes must be an integer >= 0, got -1'],
      ['a', { lastUseMs: 1e12 }, 'disk.a.lastUseMs must be'],
      ['a', { entriesExpected: 0 }, 'disk.a.entriesExpected must be'],
      ['a', { falsePositiveRate: 0.6 }, 'disk.a.falsePositiveRate must be a number from 0.000001 to 0.5, got 0.6'],
      ['a', { bytes: 1 }, 'disk.a.bytes is not an option'],
      ['', {}, 'namespace must be a non-empty string'],
      ['a/b', {}, 'namespace must be up to 64 letters'],
    ];
    for (const [namespace, options, message] of refused) {
      expect(() => store.tier(namespace, options)).toThrow(message);
    }
    await store.close();
  });
});

describe('shapes of objects', () => {
  /** Overwrites the lists of shapes, and tells how many there were. */
  async function breakLists(dir: string): Promise<number> {
    const gate = Gate.open(join(dir, 'gate.mdb'));
    const environment = new Environment(join(dir, 'entries.mdb'), 10, gate);
    const meta = environment.table('meta');
    const names = [...meta.getKeys()].map((key) => Buffer.from(key).toString('latin1'));
    const lists = names.filter((name) => name.startsWith('shapes/a/'));
    await environment.transact(() => {
      for (const list of lists) meta.putSync(Buffer.from(list), Buffer.from('[["b","a"]]'));
    });
    await environment.close();
    await gate.close();
    return lists.length;
  }

  const shaped = (number: number): object => ({
    [`field ${number % 40}`]: number,
    common: [{ [`in ${number % 7}`]: number }],
  });

  it('are kept once, and read by others and at another time, however many there are', async () => {
    const dir = scratch.fresh('');
    const stores = [await DiskStore.open(dir), await DiskStore.open(dir)];
    const tiers = stores.map((store) => store.tier('a', { guard: false }));
    // Both begin lists of their own at the same time.
    for (let number = 0; number < 200; number++) {
      await tiers[number % 2]!.set(keyOf(number), { ...entryOf(number), value: shaped(number) });
    }
    await nextTurn();
    for (const tier of tiers) {
      for (let number = 0; number < 200; number++) expect(tier.get(keyOf(number))?.value).toEqual(shaped(number));
    }
    for (const store of stores) await store.close();
    const again = await DiskStore.open(dir);
    const tier = again.tier('a', { guard: false });
    for (let number = 0; number < 200; number++) expect(tier.get(keyOf(number))?.value).toEqual(shaped(number));
    await again.close();
  });

  it('of an entry that is written anew are looked for before the one that was damaged is removed', async () => {
    const dir = scratch.fresh('');
    const stores = [await DiskStore.open(dir), await DiskStore.open(dir)] as const;
    const [one, other] = [stores[0].tier('a', { guard: false }), stores[1].tier('a', { guard: false })];
    await one.set(keyOf(1), { ...entryOf(1), value: { a: 1 } });
    await breakLists(dir);
    const written = one.set(keyOf(1), { ...entryOf(1), value: { c: 3 } });
    expect(other.get(keyOf(1))).toBeUndefined(); // and its removal waits behind what is written
    await written;
    await stores[1].flush();
    expect(other.stats()).toMatchObject({ damaged: 1, entries: 1 });
    await nextTurn();
    for (const tier of [one, other]) expect(tier.get(keyOf(1))?.value).toEqual({ c: 3 });
    for (const store of stores) await store.close();
  });

  it('that are lost make entries unreadable, not wrong', async () => {
    const dir = scratch.fresh('');
    const store = await DiskStore.open(dir);
    const tier = store.tier('a', { guard: false });
    await tier.set(keyOf(1), { ...entryOf(1), value: { a: 1, b: 2 } });
    await store.close();
    expect(await breakLists(dir)).toBe(1);

    const again = await DiskStore.open(dir);
    const other = again.tier('a', { guard: false });
    expect(other.get(keyOf(1))).toBeUndefined();
    await again.flush();
    expect(other.stats()).toMatchObject({ damaged: 1, misses: 1, entries: 0 });
    await other.set(keyOf(1), { ...entryOf(1), value: { a: 1, b: 2 } });
    expect(other.get(keyOf(1))?.value).toEqual({ a: 1, b: 2 });
    await again.close();
  });
});
