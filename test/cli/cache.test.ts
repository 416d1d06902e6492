/**
 * Proves that `millrace cache` tells what a directory holds, empties it, finds each kind of damage that is done to it here and
 * removes it, and neither takes nor makes a directory that is no cache.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiskStore } from '../../src/cache/disk/disk-store.js';
import { Environment } from '../../src/cache/disk/environment.js';
import { Gate } from '../../src/cache/disk/gate.js';
import { main } from '../../src/cli/main.js';
import { entryOf, keyOf, valueOf } from '../cache/disk/entries.js';
import { Scratch } from '../support/scratch.js';
import { createFake } from './fake-context.js';

const scratch = new Scratch();
const ENTRIES = 300;

async function filled(): Promise<string> {
  const dir = scratch.fresh('.cache');
  const store = await DiskStore.open(dir);
  for (const name of ['a', 'b']) {
    const tier = store.tier(name, {});
    await Promise.all(Array.from({ length: ENTRIES }, (_, number) => tier.set(keyOf(number), entryOf(number))));
  }
  await store.close();
  return dir;
}

/** Entries of a namespace that are found and are right; a wrong one throws. */
async function countSound(dir: string, name: string): Promise<number> {
  const store = await DiskStore.open(dir);
  const tier = store.tier(name, {});
  const values = Array.from({ length: ENTRIES }, (_, number) => [number, tier.get(keyOf(number))?.value] as const);
  await store.close();
  for (const [number, value] of values) if (value !== undefined) expect(value).toBe(valueOf(number));
  return values.filter(([, value]) => value !== undefined).length;
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const fake = createFake();
  const code = await main(['cache', ...args], fake.context);
  return { code, out: fake.stdout.text, err: fake.stderr.text };
}

/** Changes the tables of namespace `a` behind the store's back. */
async function tamper(dir: string, work: (index: Rows, entries: Rows) => void): Promise<void> {
  const gate = Gate.open(join(dir, 'gate.mdb'));
  const environment = new Environment(join(dir, 'entries.mdb'), 64, gate);
  const [index, entries] = [environment.table('index/a'), environment.table('entries/a')];
  await environment.transact(() => {
    work(index, entries);
  });
  await environment.close();
  await gate.close();
}
type Rows = ReturnType<Environment['table']>;

function keyAt(rows: Rows, position: number): Buffer {
  return Buffer.from([...rows.getKeys({ limit: position + 1 })][position]!);
}

function flipLastBit(rows: Rows, key: Buffer): void {
  const row = Buffer.from(rows.getBinary(key)!);
  row[row.length - 1]! ^= 1;
  rows.putSync(key, row);
}

describe('millrace cache stats', () => {
  it('tells what each namespace holds', async () => {
    const dir = await filled();
    const { code, out } = await run('stats', dir);
    expect(code).toBe(0);
    expect(out).toMatch(/^namespace +entries +on disk +uncompressed\na +300 .*\nb +300 .*\nfile: [\d.]+ [kM]B\n$/);
    const json: unknown = JSON.parse((await run('stats', dir, '--json')).out);
    expect(json).toMatchObject({ dir, setAside: [], namespaces: [{ name: 'a', entries: 300 }, { name: 'b' }] });
    expect(await countSound(dir, 'a')).toBe(ENTRIES);
  });
});

describe('millrace cache clear', () => {
  it('empties one namespace, or all', async () => {
    const dir = await filled();
    expect(await run('clear', dir, '--namespace', 'a')).toEqual({ code: 0, out: 'a: removed 300\n', err: '' });
    expect([await countSound(dir, 'a'), await countSound(dir, 'b')]).toEqual([0, ENTRIES]);
    expect((await run('clear', dir)).out).toBe('a: removed 0\nb: removed 300\n');
    expect(await countSound(dir, 'b')).toBe(0);
  });

  it('refuses a namespace that is not there', async () => {
    const dir = await filled();
    const { code, err } = await run('clear', dir, '--namespace', 'c');
    expect(code).toBe(2);
    expect(err).toMatch(/^millrace: cache directory .* has no namespace "c"; expected one of a, b\n$/);
    expect(await countSound(dir, 'a')).toBe(ENTRIES);
  });
});

describe('millrace cache verify', () => {
  it('finds nothing in a sound directory, in use or not', async () => {
    const dir = await filled();
    const sound = 'a: 300 entries, sound\nb: 300 entries, sound\n';
    expect(await run('verify', dir)).toEqual({ code: 0, out: `${sound}sound\n`, err: '' });
    const user = await DiskStore.open(dir);
    const { code, out } = await run('verify', dir);
    await user.close();
    expect({ code, out }).toEqual({ code: 0, out: `${sound}in use: the pages of the file were not examined\nsound\n` });
    expect(await countSound(dir, 'a')).toBe(ENTRIES);
  });

  const DAMAGE: readonly [string, (index: Rows, entries: Rows) => void, string][] = [
    ['a flipped bit', (_, entries) => flipLastBit(entries, keyAt(entries, 7)), '1 damaged, 0 stray'],
    [
      'an entry that is not in the log',
      (_, entries) => void entries.removeSync(keyAt(entries, 7)),
      '1 damaged, 0 stray',
    ],
    ['an entry that is in no index', (index) => void index.removeSync(keyAt(index, 7)), '0 damaged, 1 stray'],
    ['an index row cut short', (index) => index.putSync(keyAt(index, 7), Buffer.alloc(3)), '1 damaged, 1 stray'],
    [
      'an index row with another time',
      (index) => {
        const row = Buffer.from(index.getBinary(keyAt(index, 7))!);
        row.writeDoubleBE(4e12, 6);
        index.putSync(keyAt(index, 7), row);
      },
      '1 damaged, 0 stray',
    ],
  ];

  it.each(DAMAGE)('removes %s, and nothing else', async (_, damage, removed) => {
    const dir = await filled();
    await tamper(dir, damage);
    const { code, out } = await run('verify', dir);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^a: \\d+ entries, removed ${removed}\nb: 300 entries, sound\ndamaged\n$`));
    expect((await run('verify', dir)).code).toBe(0);
    expect([await countSound(dir, 'a'), await countSound(dir, 'b')]).toEqual([ENTRIES - 1, ENTRIES]);
  });

  it('puts a damaged file aside and says where', async () => {
    const dir = await filled();
    writeFileSync(join(dir, 'entries.mdb'), 'no database');
    const { code, out } = await run('verify', dir);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^the file was damaged \(.*\); the cache is empty now\nput aside, may be deleted: .*\ndamaged\n$/,
    );
    const again = await run('verify', dir);
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/^put aside, may be deleted: .*entries\.mdb\.damaged-\d+\nsound\n$/);
  });
});

describe.each(['stats', 'clear', 'verify'])('millrace cache %s', (command) => {
  it('refuses what is no cache, and makes none', async () => {
    const absent = scratch.path('absent');
    const other = scratch.fresh('.folder');
    mkdirSync(other);
    writeFileSync(join(other, 'format'), 'PNG');
    for (const dir of [absent, other, scratch.write('file', 'x')]) {
      const { code, err } = await run(command, dir);
      expect({ code, err }).toEqual({
        code: 2,
        err: `millrace: ${dir} is no cache directory: expected one that --cache or createCache has made\n`,
      });
    }
    expect(existsSync(absent)).toBe(false);
    expect(readdirSync(other)).toEqual(['format']);
  });

  it('refuses bad usage', async () => {
    expect((await run(command)).err).toContain(`see \`millrace cache ${command} --help\``);
    expect((await run(command, 'x', '--jsn')).code).toBe(2);
  });
});

it('millrace cache refuses what it does not know', async () => {
  expect(await run('statz', 'x')).toMatchObject({
    code: 2,
    err: expect.stringContaining("unknown command 'statz'") as string,
  });
  expect((await run()).code).toBe(2);
});
