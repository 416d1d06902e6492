/** A thread that keeps writing to the cache of its pool, and answers in the middle of that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { DiskStore } from '../../../dist/cache/disk/disk-store.js';

const store = await DiskStore.open(workerData.cache.dir);
const tier = store.tier('a', { guard: false });
let writing;

export default async function answer(request) {
  if (request.kind === 'end') {
    writing.isOver = true;
    await writing.done;
    await store.close();
    return undefined;
  }
  writing ??= { isOver: false };
  writing.done ??= write();
  await sleep(request.batch % 4);
  return { kind: 'documents', slab: request.slab, failures: [] };
}

async function write() {
  for (let number = 0; !writing.isOver; number++) {
    const check = `${number}`;
    const key = { digest: check.padStart(16, '0'), check: () => check };
    const entry = { check, value: number, expiresAtMs: Infinity, bytes: 8, name: undefined, tags: [] };
    await tier.set(key, entry);
  }
}
