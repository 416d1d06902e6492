import { setImmediate as nextTurn } from 'node:timers/promises';
import { BloomGuard } from '../bloom-guard.js';
import type { DiskTable, SavedGuard } from './disk-table.js';

/** A set of digests that may take an absent one for present, but never a present one for absent. */
export interface GuardFilter {
  add(digest: string): void;
  mayContain(digest: string): boolean;
  /** Whether it holds so much that it takes too many for present. */
  readonly isUseless: boolean;
  noteFalsePositive(): void;
  toBytes(): Uint8Array;
}

/** Where filters come from. */
export interface FilterMaker {
  make(entriesExpected: number): GuardFilter;
  /** `undefined` for bytes that are no filter. */
  parse(bytes: Uint8Array): GuardFilter | undefined;
}

/** Bloom filters that take at most so many of the absent for present. */
export function bloomFilters(falsePositiveRate: number): FilterMaker {
  return {
    make: (entries) => new BloomGuard({ entriesExpected: Math.min(entries, ENTRIES_MAX), falsePositiveRate }),
    parse: (bytes) => BloomGuard.fromBytes(bytes),
  };
}

export interface GuardStats {
  /** Whether it knows all entries; until then it answers "maybe" to everything. */
  readonly isReady: boolean;
  /** Questions answered with "surely absent". */
  readonly absent: number;
  /** Questions answered with "maybe" about entries that were not there. */
  readonly falsePositives: number;
  /** Share of the absent that were taken for present. */
  readonly falsePositiveRate: number;
  /** Times that the filter was made anew because too much of what it held had been evicted. */
  readonly rebuilds: number;
}

/**
 * Answers "surely absent" for a table without asking it, also about what other threads and processes have written.
 *
 * It knows the table up to a sequence number. When the table's last one is another (looked up once a turn of the event loop, for
 * reads are no newer), it takes in what was added in between; when that is much, it does so in the background and answers
 * "maybe" meanwhile.
 */
export class DiskGuard {
  readonly #table: DiskTable;
  readonly #maker: FilterMaker;
  readonly #entriesExpected: number;
  #state: Known;
  #rebuilding: Known | undefined;
  #savedSequence: number;
  /** The turn in which the table's last sequence number was looked up. */
  #checkedTurn = NEVER;
  #isBehind = false;
  #isClosed = false;
  #background: Promise<void> | undefined;
  #commits = 0;
  #absent = 0;
  #falsePositives = 0;
  #rebuilds = 0;

  /** @param saved - what `save` returned at an earlier time. */
  constructor(table: DiskTable, maker: FilterMaker, entriesExpected: number, saved: SavedGuard | undefined) {
    this.#table = table;
    this.#maker = maker;
    this.#entriesExpected = entriesExpected;
    const filter = saved === undefined ? undefined : maker.parse(saved.bytes);
    this.#state =
      saved === undefined || filter === undefined ? this.#emptyState() : { filter, sequence: saved.sequence };
    this.#savedSequence = this.#state.sequence;
  }

  mayContain(digest: string): boolean {
    if (this.#table.turn() !== this.#checkedTurn) this.#check();
    if (this.#isBehind || this.#state.filter.mayContain(digest)) return true;
    this.#absent++;
    return false;
  }

  /** To be told of each write of this thread that is committed: the next question sees it, and without questions it does not fall behind. */
  noteCommit(): void {
    this.#checkedTurn = NEVER;
    this.#commits++;
    if (this.#commits % TAKEN_A_TURN === 0) this.#runInBackground();
  }

  /** Takes in what it does not know yet, if that is not too much to wait for. */
  async catchUp(): Promise<void> {
    const missing = this.#table.lastSequence() - this.#state.sequence;
    if (missing > 0 && missing <= SAVED_EVERY) this.#runInBackground();
    await this.settled();
  }

  /** To be told of a digest that was "maybe" there and was not. */
  noteFalsePositive(): void {
    if (this.#isBehind) return;
    this.#falsePositives++;
    this.#state.filter.noteFalsePositive();
  }

  /** Whether so much has come since the last `save` that the next start would have to take in too much. */
  get isSaveDue(): boolean {
    return this.#state.sequence - this.#savedSequence >= SAVED_EVERY;
  }

  /** What it knows, for a later start; it need not know all. */
  save(): SavedGuard {
    this.#savedSequence = this.#state.sequence;
    return { sequence: this.#state.sequence, bytes: this.#state.filter.toBytes() };
  }

  /** Begins anew, since all has been removed. */
  reset(): void {
    this.#rebuilding = undefined;
    this.#state = this.#emptyState();
    this.#checkedTurn = NEVER;
  }

  stats(): GuardStats {
    const [absent, falsePositives] = [this.#absent, this.#falsePositives];
    const asked = absent + falsePositives;
    return {
      isReady: !this.#isBehind,
      absent,
      falsePositives,
      falsePositiveRate: asked === 0 ? 0 : falsePositives / asked,
      rebuilds: this.#rebuilds,
    };
  }

  /** Resolves when nothing goes on in the background any more. */
  async settled(): Promise<void> {
    while (this.#background !== undefined) await this.#background;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.settled();
  }

  /** Takes in what is new, once a turn. */
  #check(): void {
    this.#checkedTurn = this.#table.turn();
    if (this.#background === undefined && this.#state.filter.isUseless && this.#isWorthRebuilding()) {
      this.#rebuilding = this.#emptyState();
      this.#runInBackground();
    }
    const last = this.#table.lastSequence();
    // A number below ours: the table is another one than the saved filter's.
    if (last < this.#state.sequence) this.#state = this.#emptyState();
    if (last === this.#state.sequence) {
      this.#isBehind = false;
      return;
    }
    this.#isBehind = last - this.#state.sequence > TAKEN_AT_ONCE_MAX;
    if (this.#isBehind) this.#runInBackground();
    else takeIn(this.#table, this.#state, last, TAKEN_AT_ONCE_MAX);
  }

  #emptyState(): Known {
    return {
      filter: this.#maker.make(Math.max(this.#entriesExpected, Math.ceil(this.#table.size().entries * ROOM))),
      sequence: 0,
    };
  }

  /** Not when all that it holds is there: then only a larger filter would help, and the next one is. */
  #isWorthRebuilding(): boolean {
    const { entries } = this.#table.size();
    return this.#state.sequence > entries * ROOM;
  }

  #runInBackground(): void {
    this.#background ??= this.#catchUp().finally(() => (this.#background = undefined));
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      await nextTurn();
      if (this.#isClosed) return;
      const known = this.#rebuilding ?? this.#state;
      const last = this.#table.lastSequence();
      const isDone = takeIn(this.#table, known, last, TAKEN_A_TURN);
      if (!isDone) continue;
      if (known === this.#rebuilding) {
        this.#state = known;
        this.#rebuilding = undefined;
        this.#rebuilds++;
      }
      if (known === this.#state) {
        this.#isBehind = false;
        return;
      }
    }
  }
}

/** All that a table held up to a sequence number, and perhaps more. */
interface Known {
  readonly filter: GuardFilter;
  sequence: number;
}

/** Additions that are taken in while somebody waits for an answer: about 2 ms. */
const TAKEN_AT_ONCE_MAX = 4096;
const TAKEN_A_TURN = 2048;
const NEVER = -1;
/** The largest filter that there is. */
const ENTRIES_MAX = 100_000_000;
/** A filter is made for so many times the entries that there are. */
const ROOM = 1.25;
const SAVED_EVERY = 65_536;

/** Takes in up to `limit` additions; true when those up to `last` are known. */
function takeIn(table: DiskTable, known: Known, last: number, limit: number): boolean {
  const added = table.addedSince(known.sequence, limit);
  for (const { digest } of added) known.filter.add(digest);
  const end = added.at(-1)?.sequence ?? known.sequence;
  // Numbers without an entry are those of entries that have gone or moved on.
  known.sequence = added.length < limit ? Math.max(end, last) : end;
  return added.length < limit;
}
