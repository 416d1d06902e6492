import type { MillraceError } from '../../core/errors.js';
import { VALUE_CHARS_MAX, type FinishedItem, type JobLedger } from '../../ledger/job-ledger.js';
import type { ItemResult } from './results.js';

/** A group of items is recorded when their values are as long as this together, in UTF-16 units. */
const GROUP_CHARS_MAX = VALUE_CHARS_MAX;

export interface RecorderListener<R> {
  /** These results are on record. */
  recorded(results: readonly ItemResult<R>[]): void;
  /** So many items cannot be recorded, and no further ones can. */
  lost(count: number, error: MillraceError): void;
}

interface Pending<R> {
  readonly item: FinishedItem;
  readonly result: ItemResult<R>;
}

/**
 * Records results in groups: those that come while a group is written make up the next one, so that the slower the disk, the
 * larger the groups.
 */
export class Recorder<R> {
  readonly #ledger: JobLedger;
  readonly #groupMax: number;
  readonly #listener: RecorderListener<R>;
  /** Bounded by the window of the job. */
  #pending: Pending<R>[] = [];
  #isWriting = false;
  #failure: MillraceError | undefined;

  constructor(ledger: JobLedger, groupMax: number, listener: RecorderListener<R>) {
    this.#ledger = ledger;
    this.#groupMax = groupMax;
    this.#listener = listener;
  }

  add(item: FinishedItem, result: ItemResult<R>): void {
    if (this.#failure !== undefined) {
      this.#listener.lost(1, this.#failure);
      return;
    }
    this.#pending.push({ item, result });
    if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#pending.length > 0) {
      const pending = this.#pending;
      this.#pending = [];
      const groups = cutGroups(pending, this.#groupMax);
      try {
        // One write takes them all; each is a record of its own.
        await Promise.all(groups.map((group) => this.#ledger.record(group)));
      } catch (thrown) {
        this.#fail(thrown as MillraceError, pending.length);
        break;
      }
      this.#listener.recorded(pending.map(({ result }) => result));
    }
    this.#isWriting = false;
  }

  #fail(error: MillraceError, lost: number): void {
    this.#failure = error;
    const count = lost + this.#pending.length;
    this.#pending = [];
    this.#listener.lost(count, error);
  }
}

/** Groups of at most so many items, and of a bounded length. */
function cutGroups(pending: readonly Pending<unknown>[], groupMax: number): FinishedItem[][] {
  const groups: FinishedItem[][] = [];
  let group: FinishedItem[] = [];
  let chars = 0;
  for (const { item } of pending) {
    const size = item[2]?.length ?? 0;
    if (group.length === groupMax || (group.length > 0 && chars + size > GROUP_CHARS_MAX)) {
      groups.push(group);
      group = [];
      chars = 0;
    }
    group.push(item);
    chars += size;
  }
  groups.push(group);
  return groups;
}
