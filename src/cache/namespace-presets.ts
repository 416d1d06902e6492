import type { NamespaceOptions } from './cache-options.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const GIB = 2 ** 30;

/** The namespaces that every cache has, by what they are for. Options given under the same name go over these. */
export const NAMESPACE_PRESETS: Readonly<Record<string, NamespaceOptions>> = Object.freeze({
  /** Of language models: dear, so written through, found by SHA-256, and asked of the disk without a filter in front. */
  responses: { ttlMs: 2 * HOUR_MS, write: 'through', check: 'sha256', l3: { guard: false } },
  /** Vectors, stored as typed arrays; these do not compress. */
  embeddings: { ttlMs: DAY_MS, l2: false },
  queries: { ttlMs: 5 * MINUTE_MS },
  /** Of scoring: they change only with the text or the options, both of which are in the key. */
  reports: { ttlMs: 30 * DAY_MS },
  /** Whatever only lives in memory, until there is no room. Give `sizeBytes` and `dispose`. */
  models: { ttlMs: Infinity, entriesMax: 8, bytesMax: 4 * GIB, l2: false, l3: false },
});
