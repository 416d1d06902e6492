/** A process that writes to a cache whose other writers are threads that are mostly idle; says that it got to the end. */
import { DiskStore } from '../../../dist/cache/disk/disk-store.js';
import { MEASURE_DEFAULTS } from '../../../dist/core/measures.js';
import { WorkerPool } from '../../../dist/engine/threads/worker-pool.js';

const [dir] = process.argv.slice(2);
const WORKERS = 2;
const BATCHES = 40;
const REQUEST = { kind: 'documents', condemned: [], documentCount: 0, slabBytes: 0 };

/** A pool of which all threads are there. */
function startPool() {
  return new Promise((resolve, reject) => {
    let ready = 0;
    const options = {
      workers: WORKERS,
      workerHeapMb: 128,
      settings: MEASURE_DEFAULTS,
      cache: { dir, bytesMin: 0 },
      workerFile: new URL('./writing-thread.mjs', import.meta.url),
    };
    const pool = new WorkerPool(options, {
      onReady: () => {
        if (++ready === WORKERS) resolve(pool);
      },
      onBroken: reject,
    });
  });
}

const store = await DiskStore.open(dir);
const tier = store.tier('b', {});
const pool = await startPool();
for (let batch = 1; batch <= BATCHES; batch++) {
  const idle = Array.from({ length: WORKERS }, (_, slot) =>
    pool.run(slot, { ...REQUEST, batch, slot, slab: new ArrayBuffer(8) }),
  );
  await Promise.all(idle);
  const check = `${batch}`;
  const key = { digest: check.padStart(16, 'x'), check: () => check };
  await tier.set(key, { check, value: batch, expiresAtMs: Infinity, bytes: 8, name: undefined, tags: [] });
  if (tier.get(key)?.value !== batch) throw new Error(`${batch} is lost`);
}
await pool.close();
await store.close();
console.log('written');
