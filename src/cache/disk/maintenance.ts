import { MillraceError } from '../../core/errors.js';
import { nearestNames } from '../../core/nearest.js';
import { dataBytes, distrust, isStoreDirectory, setAsideFiles, type SetAside } from './disk-directory.js';
import type { DiskTierOptions } from './disk-options.js';
import { DiskStore } from './disk-store.js';
import type { DiskTier, TierVerification } from './disk-tier.js';

/** What a cache directory holds. */
export interface DirectoryStats {
  readonly dir: string;
  /** Of the data file, with pages that are free. */
  readonly fileBytes: number;
  readonly namespaces: readonly NamespaceSize[];
  /** Paths of files that were found damaged, oldest first. */
  readonly setAside: readonly string[];
}

export interface NamespaceSize {
  readonly name: string;
  readonly entries: number;
  /** Of the file, in whole pages, with all that finding them takes. */
  readonly bytes: number;
  /** The entries before compression. */
  readonly rawBytes: number;
}

/** What reading all of a cache directory has found. */
export interface DirectoryVerification {
  readonly dir: string;
  /** Whether the pages of the file were examined, which takes that nobody else has it open. */
  readonly isExamined: boolean;
  readonly namespaces: readonly (TierVerification & { readonly name: string })[];
  /** The file that was found damaged just now; the cache is empty then. */
  readonly damagedFile: SetAside | undefined;
  readonly setAside: readonly string[];
}

/** No guard is made, and nothing is evicted: the bound is that of whoever uses the directory. */
const TIER: DiskTierOptions = Object.freeze({ guard: false, bytesMax: 2 ** 46 });

/**
 * Sizes of what a cache directory holds.
 *
 * @throws MillraceError `ERR_USAGE` when it is none, and nothing is made then; `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`.
 */
export async function directoryStats(dir: string): Promise<DirectoryStats> {
  return withStore(dir, async (store) => ({
    dir,
    fileBytes: await dataBytes(dir),
    namespaces: tiersOf(store).map(([name, tier]) => {
      const { entries, bytes, rawBytes } = tier.stats();
      return { name, entries, bytes, rawBytes };
    }),
    setAside: await setAsideFiles(dir),
  }));
}

/**
 * Removes all entries of a cache directory, or those of one namespace; the file shrinks when nobody else has it open.
 *
 * @returns how many there were, of each namespace that was cleared.
 * @throws MillraceError `ERR_USAGE`, also for a namespace that is not there; `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`.
 */
export async function clearDirectory(
  dir: string,
  namespace?: string,
): Promise<readonly Pick<NamespaceSize, 'name' | 'entries'>[]> {
  return withStore(dir, async (store) => {
    const names = store.namespaces();
    if (namespace !== undefined && !names.includes(namespace)) {
      const there = names.length === 0 ? 'it has none' : `expected one of ${nearestNames(namespace, names).join(', ')}`;
      throw new MillraceError(
        'ERR_USAGE',
        `cache directory ${dir} has no namespace ${JSON.stringify(namespace)}; ${there}`,
      );
    }
    const cleared: Pick<NamespaceSize, 'name' | 'entries'>[] = [];
    for (const [name, tier] of tiersOf(store)) {
      if (namespace !== undefined && name !== namespace) continue;
      cleared.push({ name, entries: tier.stats().entries });
      await tier.clear();
    }
    return cleared;
  });
}

/**
 * Reads all of a cache directory: the pages of the file, every entry with its checksum, and whether index and log agree. What is
 * damaged is removed or, when the file itself is, put aside.
 *
 * @throws MillraceError `ERR_USAGE` when it is none; `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`.
 */
export async function verifyDirectory(dir: string): Promise<DirectoryVerification> {
  await checkIsStore(dir);
  await distrust(dir);
  return withStore(dir, async (store) => {
    const isExamined = await store.isAlone();
    const namespaces = [];
    for (const [name, tier] of tiersOf(store)) namespaces.push({ name, ...(await tier.verify()) });
    return { dir, isExamined, namespaces, damagedFile: store.setAside, setAside: await setAsideFiles(dir) };
  });
}

async function withStore<T>(dir: string, work: (store: DiskStore) => Promise<T>): Promise<T> {
  await checkIsStore(dir);
  await using store = await DiskStore.open(dir);
  return await work(store);
}

function tiersOf(store: DiskStore): [string, DiskTier][] {
  return store.namespaces().map((name) => [name, store.tier(name, TIER)]);
}

async function checkIsStore(dir: string): Promise<void> {
  if (await isStoreDirectory(dir)) return;
  throw new MillraceError(
    'ERR_USAGE',
    `${dir} is no cache directory: expected one that --cache or createCache has made`,
  );
}
