import type { Chunk } from '../io/chunk.js';
import type { Monitor } from '../monitor/monitor.js';
import type { StageMeter } from '../monitor/stage-meter.js';
import type { CacheCounts } from '../workers/report-cache.js';

/**
 * What a monitor learns of a file run outside of its workers: the time that it waits for the source, the sinks and the ledger, and
 * what the cache found.
 */
export class RunMeters {
  readonly write: StageMeter;
  readonly ledger: StageMeter;
  readonly #monitor: Monitor;
  readonly #source: StageMeter;

  constructor(monitor: Monitor) {
    this.#monitor = monitor;
    this.#source = monitor.stage('source', { kind: 'source', capacity: 1 });
    this.write = monitor.stage('write', { kind: 'write', capacity: 1 });
    this.ledger = monitor.stage('ledger', { kind: 'ledger', capacity: 1 });
  }

  /** The chunks as they are, while the time until each is there is counted. */
  async *from(chunks: AsyncIterable<Chunk>): AsyncGenerator<Chunk, undefined> {
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (let chunk = await this.#next(iterator); chunk !== undefined; chunk = await this.#next(iterator)) yield chunk;
      return undefined;
    } finally {
      await iterator.return?.();
    }
  }

  /** Texts that were asked for, by where their report was found. */
  cached(counts: CacheCounts): void {
    for (const [place, count] of Object.entries<number>({ ...counts })) {
      if (count > 0) this.#monitor.count(`cache.${place}`, count);
    }
  }

  async #next(iterator: AsyncIterator<Chunk, unknown>): Promise<Chunk | undefined> {
    const askedAtMs = this.#source.begin();
    let chunk: Chunk | undefined;
    try {
      const next: IteratorResult<Chunk, unknown> = await iterator.next();
      chunk = next.done === true ? undefined : next.value;
    } catch (thrown) {
      this.#source.end(askedAtMs, { items: 0, isFailed: true });
      throw thrown;
    }
    this.#source.end(askedAtMs, { items: chunk === undefined ? 0 : 1, bytes: chunk?.bytes ?? 0 });
    return chunk;
  }
}
