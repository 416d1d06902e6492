import type { Compare } from './comparison.js';
import type { Kernel } from './kernel-host.js';
import type { ReportCache } from './report-cache.js';
import type { TextHasher } from './text-hasher.js';

/** What a thread is given of other stages by whoever puts it together. */
export interface ThreadServices {
  /** Makes what hashes texts in the memory of a kernel; undefined where nothing is hashed. */
  readonly hasherIn: ((kernel: Kernel) => TextHasher) | undefined;
  /** Makes the cache of the texts in the memory of a kernel; undefined where there is none. */
  readonly cacheIn: ((kernel: Kernel) => ReportCache) | undefined;
  /** Loads what compares versions of documents with the originals; undefined where none are compared. */
  readonly comparer: (() => Promise<Compare>) | undefined;
  /** Called before the thread is ended in good order. */
  readonly end: (() => Promise<void>) | undefined;
}
