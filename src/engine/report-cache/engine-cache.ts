import { Flights } from '../../cache/flights.js';
import { createCache, type Cache } from '../../cache/create-cache.js';
import type { KeyMaker } from '../../cache/key.js';
import type { Key } from '../../cache/tier.js';
import type { TieredCache } from '../../cache/tiered-cache.js';
import type { Document, DocumentId } from '../../core/document.js';
import { isPromise } from '../../core/maybe-promise.js';
import { SLOT_REPLACED } from '../../workers/kernel/report-slots.js';
import { NO_CACHE_COUNTS, type CacheCounts } from '../../workers/report-cache.js';
import { bytesMinFor, type CheckedEngineCache } from './cache-option.js';
import { NAMESPACE, STAGE, settingsOf } from './report-key.js';

/** What an engine's cache has answered since the engine was made. */
export interface EngineCacheStats extends CacheCounts {
  /** Share of the texts looked for that were found; `null` before the first. */
  readonly hitRatio: number | null;
}

export const NO_ENGINE_CACHE: EngineCacheStats = Object.freeze({ ...NO_CACHE_COUNTS, hitRatio: null });

/** What is known of a text's report: its row, or under which key to keep it. */
export type Answer = { readonly row: Float64Array } | { readonly row: undefined; readonly key: Key };

/** A document as it was when it was looked for, whatever happens to the caller's. */
export type NamedDocument = Required<Pick<Document, 'id' | 'text'>>;

/** A document that was looked for in vain, with what takes its report's row as soon as there is one. */
export class MissedDocument implements Document {
  readonly id: DocumentId;
  readonly text: string;
  /** To be called at once: the row lies in memory that is used again. */
  readonly keep: (row: Float64Array) => void;

  constructor({ id, text }: NamedDocument, keep: (row: Float64Array) => void) {
    this.id = id;
    this.text = text;
    this.keep = keep;
  }
}

/** Rows that may be on their way into the cache; those that come when there are so many are not kept. */
const STORES_MAX = 4096;
/** Calls of `score` that may wait for the report of a text that is being measured already. */
const WAITERS_MAX = 100_000;
/** A UTF-16 unit takes at most so many bytes of UTF-8. */
const UTF8_BYTES_MAX = 3;

/**
 * The reports that an engine need not measure: those of texts that it, or a run or engine with the same directory, has measured
 * before. Whatever fails here is a text that is not found.
 *
 * What is kept is the kernel's row of doubles, from which each caller gets a report of its own.
 */
export class EngineCache {
  readonly #cache: Cache;
  readonly #reports: TieredCache;
  readonly #keys: KeyMaker;
  readonly #bytesMin: number;
  readonly #slots: number;
  readonly #flights = new Flights(WAITERS_MAX);
  #storing = 0;

  private constructor(cache: Cache, bytesMin: number, slots: number, measures: Float64Array) {
    this.#cache = cache;
    this.#reports = cache.namespace(NAMESPACE);
    this.#keys = this.#reports.keyMaker({ stage: STAGE, options: settingsOf(measures) });
    this.#bytesMin = bytesMin;
    this.#slots = slots;
  }

  /**
   * @param slots - doubles of a report's row.
   * @param measures - a `measureRow`, by which the engine measures.
   * @throws MillraceError what `createCache` throws.
   */
  static async open(
    { bytesMin, options }: CheckedEngineCache,
    slots: number,
    measures: Float64Array,
  ): Promise<EngineCache> {
    return new EngineCache(await createCache(options), bytesMin ?? bytesMinFor(slots), slots, measures);
  }

  /** Whether measuring the text costs more than looking for it. */
  asksFor(text: string): boolean {
    if (text.length >= this.#bytesMin) return true;
    return text.length * UTF8_BYTES_MAX >= this.#bytesMin && Buffer.byteLength(text) >= this.#bytesMin;
  }

  /** Looks for a text; `undefined`: the cache cannot be asked. */
  ask(text: string): Answer | undefined {
    try {
      const key = this.#keys.of(text);
      const hit = this.#reports.get(key);
      // No tier takes its time but for an entry that is being replaced, and measuring is no slower than waiting for that.
      if (isPromise(hit)) hit.catch(() => undefined);
      else if (hit?.value instanceof Float64Array && hit.value.length === this.#slots) {
        return { row: withoutForeignReplacements(hit.value, text) };
      }
      return { row: undefined, key };
    } catch {
      return undefined;
    }
  }

  /** Keeps a copy of a row; the disk has it some time later. */
  store(key: Key, row: Float64Array): void {
    if (this.#storing >= STORES_MAX) return;
    this.#storing++;
    void this.#reports
      .set(key, row.slice(0, this.#slots))
      .catch(() => undefined)
      .finally(() => this.#storing--);
  }

  /**
   * Measures a text that was not found, once for all who ask for it meanwhile; each may leave on its own.
   *
   * @throws MillraceError `ERR_ABORTED`, `ERR_QUEUE_FULL`; what `measure` throws.
   */
  async measureOnce(
    key: Key,
    signal: AbortSignal | undefined,
    measure: () => Promise<Float64Array>,
  ): Promise<Float64Array> {
    return (await this.#flights.join(key, [], signal, measure)) as Float64Array; // that of `measure`
  }

  stats(): EngineCacheStats {
    const { hits, misses, hitRatio, tiers } = this.#reports.stats();
    const hitsOf = (name: string): number => tiers.find((tier) => tier.name === name)?.hits ?? 0;
    const [l1, l2] = [hitsOf('memory'), hitsOf('compressed')];
    return { l1, l2, l3: hits - l1 - l2, miss: misses, hitRatio };
  }

  /** Writes what is on its way. What cannot be kept is measured again some day. */
  async close(): Promise<void> {
    await this.#cache.close().catch(() => undefined);
  }
}

/**
 * A file run has the number of what was replaced in its own row, whatever the text was made of. A text in memory has something
 * replaced only if it has lone surrogates, and is hashed as another one then.
 */
function withoutForeignReplacements(row: Float64Array, text: string): Float64Array {
  if (row[SLOT_REPLACED] === 0 || !text.isWellFormed()) return row;
  const own = row.slice();
  own[SLOT_REPLACED] = 0;
  return own;
}
