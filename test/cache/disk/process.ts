/**
 * A process (or thread) that works on a store; what it does comes as arguments.
 *
 *     write DIR FROM     writes entries from a number on until it is killed, and prints each number that is acknowledged
 *     some DIR FROM TO   writes these entries, says whether it finds them, closes
 *     secret DIR         prints the secret
 *     open PATH COUNT    opens an environment in the file so many times, one after the other
 *     beside DIR         opens stores beside one that is being written, and says that it got to the end
 *     try DIR…           opens each, and checks that it finds nothing wrong, can be written, and opened again
 */
import { DiskStore } from '../../../src/cache/disk/disk-store.js';
import type { DiskTier } from '../../../src/cache/disk/disk-tier.js';
import { Environment } from '../../../src/cache/disk/environment.js';
import { Gate } from '../../../src/cache/disk/gate.js';
import { workerData } from 'node:worker_threads';
import { entryOf, keyOf, valueOf } from './entries.js';

const given: unknown = workerData;
const [task, dir = '', ...rest] = Array.isArray(given) ? given.map(String) : process.argv.slice(2);
const TIER = { entriesExpected: 5000, compressFromBytes: 10_000_000 };

switch (task) {
  case 'write':
    await writeForever(Number(rest[0]));
    break;
  case 'some':
    await writeSome(Number(rest[0]), Number(rest[1]));
    break;
  case 'secret': {
    const store = await DiskStore.open(dir);
    console.log(Buffer.from(store.secret).toString('hex'));
    await store.close();
    break;
  }
  case 'open':
    for (let count = Number(rest[0]); count > 0; count--) {
      const gate = Gate.open(`${dir}.gate`);
      await new Environment(dir, 10, gate).close();
      await gate.close();
    }
    break;
  case 'beside':
    await openBeside();
    break;
  case 'try':
    for (const each of [dir, ...rest]) console.log(JSON.stringify(await tryStore(each)));
    break;
  default:
    throw new Error(`no such task: ${task}`);
}

async function writeForever(from: number): Promise<void> {
  const store = await DiskStore.open(dir);
  const tier = store.tier('a', TIER);
  for (let number = from; ; number += 10) {
    const batch = Array.from({ length: 10 }, (_, index) => number + index);
    await Promise.all(batch.map((each) => tier.set(keyOf(each), entryOf(each))));
    process.stdout.write(`${number + 10}\n`);
  }
}

async function writeSome(from: number, to: number): Promise<void> {
  const store = await DiskStore.open(dir);
  const tier = store.tier('a', TIER);
  for (let number = from; number < to; number++) await tier.set(keyOf(number), entryOf(number));
  console.log(count(tier, from, to).right === to - from ? 'found' : 'lost');
  await store.close();
}

async function openBeside(): Promise<void> {
  const store = await DiskStore.open(dir);
  const tier = store.tier('a', TIER);
  const over = new AbortController();
  const writing = (async () => {
    for (let number = 0; !over.signal.aborted; number++) await tier.set(keyOf(number), entryOf(number));
  })();
  for (let number = 0; number < 10; number++) {
    const other = await DiskStore.open(dir);
    for (const namespace of ['a', `b${number}`]) other.tier(namespace, TIER);
    await other.close();
  }
  over.abort();
  await writing;
  await store.close();
  console.log('opened');
}

async function tryStore(path: string): Promise<object> {
  let store = await DiskStore.open(path);
  const { setAside } = store;
  let tier = store.tier('a', { ...TIER, bytesMax: 2 ** 21 });
  const before = count(tier, 0, 1000);
  await Promise.all(Array.from({ length: 100 }, (_, index) => tier.delete(keyOf(index * 7).digest)));
  for (let from = 2000; from < 2300; from += 30) {
    const numbers = Array.from({ length: 30 }, (_, index) => from + index);
    await Promise.all(numbers.map((number) => tier.set(keyOf(number), entryOf(number))));
  }
  const written = count(tier, 2000, 2300);
  for (let page = tier.page(undefined, 50); page.cursor !== undefined; page = tier.page(page.cursor, 50));
  await store.close();
  store = await DiskStore.open(path);
  tier = store.tier('a', { ...TIER, bytesMax: 2 ** 21 });
  const after = count(tier, 0, 2300);
  await tier.clear();
  await store.close();
  return { path, reason: setAside?.reason, before, written, after, again: store.setAside?.reason };
}

function count(tier: DiskTier, from: number, to: number): { right: number; wrong: number } {
  let [right, wrong] = [0, 0];
  for (let number = from; number < to; number++) {
    const entry = tier.get(keyOf(number));
    if (entry === undefined) continue;
    if (entry.value === valueOf(number)) right++;
    else wrong++;
  }
  return { right, wrong };
}
