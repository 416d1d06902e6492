/**
 * Proves that a store survives what happens to processes and files: processes are killed while they write, files are damaged at random
 * places and cut off, the disk is full. What was acknowledged is found again, nothing wrong ever is, and no process dies of it. Whatever
 * could end a process runs in one of its own.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { DiskStore } from '../../../src/cache/disk/disk-store.js';
import { Environment } from '../../../src/cache/disk/environment.js';
import { ManualClock } from '../../support/manual-clock.js';
import { Scratch } from '../../support/scratch.js';
import { entryOf, keyOf, valueOf } from './entries.js';

const scratch = new Scratch();
const PROCESS = [process.execPath, '--import', 'tsx', fileURLToPath(new URL('./process.ts', import.meta.url))] as const;

/** Always the same numbers, from 0 up to below 1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
}

describe('a process that is killed', () => {
  it('leaves all that was acknowledged, and a store that others can write at once', async () => {
    const dir = scratch.fresh('');
    let acknowledged = 0;
    for (let round = 0; round < 5; round++) {
      const from = acknowledged;
      const child = spawn(PROCESS[0], [...PROCESS.slice(1), 'write', dir, `${from}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const line of createInterface(child.stdout)) {
        acknowledged = Number(line);
        if (acknowledged >= from + 300 + round * 130) child.kill('SIGKILL');
      }
      const store = await DiskStore.open(dir);
      expect(store.setAside).toBeUndefined();
      const tier = store.tier('a', { entriesExpected: 5000 });
      for (let number = 0; number < acknowledged; number++)
        expect(tier.get(keyOf(number))?.value).toBe(valueOf(number));
      await tier.set(keyOf(1e6 + round), entryOf(1e6 + round));
      expect(tier.get(keyOf(1e6 + round))?.value).toBe(valueOf(1e6 + round));
      await store.close();
    }
  });
});

describe('a damaged file', () => {
  const sound = scratch.fresh('');
  const DATA = 'entries.mdb';

  beforeAll(async () => {
    const store = await DiskStore.open(sound);
    const tier = store.tier('a', { entriesExpected: 5000 });
    for (let round = 0; round < 2; round++) {
      for (let from = 0; from < 1000; from += 50) {
        const batch = Array.from({ length: 50 }, (_, index) => from + index);
        await Promise.all(batch.map((number) => tier.set(keyOf(number), entryOf(number))));
      }
    }
    await store.close();
  });

  /** Copies of the store, each damaged in its own way. */
  function damagedCopies(count: number, damage: (path: string, random: () => number) => void): string[] {
    return Array.from({ length: count }, (_, seed) => {
      const dir = scratch.fresh(`-${seed}`);
      cpSync(sound, dir, { recursive: true });
      damage(join(dir, DATA), randomOf(seed * 7919 + 1));
      return dir;
    });
  }

  function tryAll(dirs: readonly string[]): Record<string, unknown>[] {
    const { stdout, stderr, signal, status } = spawnSync(PROCESS[0], [...PROCESS.slice(1), 'try', ...dirs], {
      encoding: 'utf8',
    });
    const outcomes = stdout.split('\n').filter((line) => line.startsWith('{'));
    const ended = { signal, status, stderr, tried: outcomes.length };
    expect(ended).toEqual({ signal: null, status: 0, stderr: '', tried: dirs.length });
    return outcomes.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  function expectSound(outcomes: readonly Record<string, unknown>[]): void {
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        before: { wrong: 0 },
        written: { right: 300, wrong: 0 },
        after: { wrong: 0 },
      });
      expect(outcome['again']).toBeUndefined();
    }
  }

  it('finds everything in a copy that is not damaged, though it is another file', () => {
    const [outcome] = tryAll(damagedCopies(1, () => {}));
    expect(outcome).toMatchObject({ before: { right: 1000, wrong: 0 }, written: { right: 300 }, after: { wrong: 0 } });
    expect(outcome?.['reason']).toBeUndefined();
  });

  it('is found out or does no harm, whichever bits are flipped', () => {
    const dirs = damagedCopies(60, (path, random) => {
      const bytes = readFileSync(path);
      // Half of them anywhere, half in the head of some page, where the structure is.
      for (let flips = 1 + Math.floor(random() * 4); flips > 0; flips--) {
        const page = Math.floor((random() * bytes.length) / 4096) * 4096;
        const at = page + Math.floor(random() * (random() < 0.5 ? 4096 : 64));
        bytes[at]! ^= 1 << Math.floor(random() * 8);
      }
      writeFileSync(path, bytes);
    });
    const outcomes = tryAll(dirs);
    expectSound(outcomes);
    expect(outcomes.filter(({ reason }) => reason !== undefined).length).toBeGreaterThan(5);
  });

  it('is found out when it is cut off', () => {
    const outcomes = tryAll(
      damagedCopies(25, (path, random) => truncateSync(path, Math.floor(random() * 0.98 * readFileSync(path).length))),
    );
    expectSound(outcomes);
    for (const { path, reason } of outcomes) {
      expect(reason).toBeTypeOf('string');
      const aside = readdirSync(String(path)).filter((name) => name.startsWith(`${DATA}.damaged-`));
      expect(aside).toHaveLength(1);
    }
  });

  it('is found out or does no harm when parts are overwritten', () => {
    const outcomes = tryAll(
      damagedCopies(25, (path, random) => {
        const bytes = readFileSync(path);
        const at = Math.floor(random() * bytes.length);
        const end = at + Math.floor(random() * 20_000);
        for (let place = at; place < Math.min(end, bytes.length); place++) bytes[place] = Math.floor(random() * 256);
        writeFileSync(path, bytes);
      }),
    );
    expectSound(outcomes);
  });

  it('is kept, but not more than two of them', async () => {
    const clock = new ManualClock();
    const [dir] = damagedCopies(1, () => {});
    for (let round = 0; round < 4; round++) {
      clock.advance(1000);
      writeFileSync(join(dir!, DATA), 'no such file'.repeat(1000));
      const store = await DiskStore.open(dir!, {}, { clock });
      expect(store.setAside?.path).toBe(join(dir!, `${DATA}.damaged-${clock.epochMs()}`));
      await store.close();
    }
    expect(readdirSync(dir!).filter((name) => name.includes('damaged'))).toHaveLength(2);
  });
});

describe('a full disk', () => {
  it.skipIf(process.platform === 'win32')('ends nobody: entries are misses, and those before stay', () => {
    const dir = scratch.fresh('');
    const script = ['sh', '-c', 'ulimit -f 4000; exec "$@"', 'sh', ...PROCESS, 'some', dir, '0', '3000'];
    const { stdout, status, signal } = spawnSync(script[0]!, script.slice(1), { encoding: 'utf8' });
    expect({ stdout, status, signal }).toEqual({ stdout: 'lost\n', status: 0, signal: null });
  });

  it('costs what could not be written, never shows what it should have replaced, and is got over', async () => {
    const clock = new ManualClock();
    const store = await DiskStore.open(scratch.fresh(''), {}, { clock });
    const tier = store.tier('a', { entriesExpected: 5000 });
    await tier.set(keyOf(1), { ...entryOf(1), value: 'old' });
    await tier.set(keyOf(2), entryOf(2));
    const full = vi.spyOn(Environment.prototype, 'transact').mockRejectedValue(new Error('no space'));
    await tier.set(keyOf(1), entryOf(1));
    await expect(tier.delete(keyOf(2).digest)).rejects.toMatchObject({ code: 'ERR_CACHE_DIR' });
    full.mockRestore();
    expect(tier.get(keyOf(1))).toBeUndefined();
    expect(tier.get(keyOf(2))).toBeUndefined();
    expect(tier.stats()).toMatchObject({ failures: 2, hits: 0, misses: 2 });

    await tier.set(keyOf(3), entryOf(3)); // Too soon to try again.
    expect(tier.get(keyOf(3))).toBeUndefined();
    clock.advance(1000);
    await tier.set(keyOf(4), entryOf(4));
    await store.flush();
    expect(tier.get(keyOf(4))?.value).toBe(valueOf(4));
    expect([1, 2, 3].map((number) => tier.get(keyOf(number)))).toEqual([undefined, undefined, undefined]);
    expect(tier.stats()).toMatchObject({ failures: 3, entries: 1 });
    await tier.set(keyOf(1), entryOf(1));
    expect(tier.get(keyOf(1))?.value).toBe(valueOf(1));
    await store.close();
  });
});

it('two processes that are killed inside a write hold nobody up', async () => {
  const dir = scratch.fresh('');
  const children = [0, 1e6].map((from) =>
    spawn(PROCESS[0], [...PROCESS.slice(1), 'write', dir, `${from}`], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  for (const child of children) await once(child.stdout, 'data');
  const store = await DiskStore.open(dir);
  const tier = store.tier('a', { entriesExpected: 5000 });
  await tier.set(keyOf(5e6), entryOf(5e6));
  for (const child of children) child.kill('SIGKILL');
  await tier.set(keyOf(5e6 + 1), entryOf(5e6 + 1));
  expect(tier.get(keyOf(5e6 + 1))?.value).toBe(valueOf(5e6 + 1));
  await store.close();
});
