import type { Monitor } from '../monitor/monitor.js';
import type { RunOutcome, StageMeter } from '../monitor/stage-meter.js';
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

  /**
   * The pieces of the source as they are, while the time until each is there is counted.
   *
   * @param bytesOf - bytes of input that a piece stands for.
   */
  async *from<T>(pieces: AsyncIterable<T>, bytesOf: (piece: T) => number): AsyncGenerator<T, undefined> {
    const iterator = pieces[Symbol.asyncIterator]();
    const next = (): Promise<IteratorResult<T, unknown>> => this.#next(iterator, bytesOf);
    try {
      for (let result = await next(); result.done !== true; result = await next()) yield result.value;
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

  async #next<T>(
    iterator: AsyncIterator<T, unknown>,
    bytesOf: (piece: T) => number,
  ): Promise<IteratorResult<T, unknown>> {
    const askedAtMs = this.#source.begin();
    try {
      const result = await iterator.next();
      this.#source.end(askedAtMs, result.done === true ? NOTHING : { items: 1, bytes: bytesOf(result.value) });
      return result;
    } catch (thrown) {
      this.#source.end(askedAtMs, { items: 0, isFailed: true });
      throw thrown;
    }
  }
}

const NOTHING: RunOutcome = Object.freeze({ items: 0 });
