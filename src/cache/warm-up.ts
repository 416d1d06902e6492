import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkAborted } from '../core/abort.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { EntryHead, Key } from './tier.js';
import type { TierSlot } from './tier-slot.js';

/** What may be brought up. */
export interface WarmRoom {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** About 0.6 ms on disk. */
const PAGE_ENTRIES = 128;
/** Look-ups between two turns of the event loop; about 10 µs each on disk. */
const LOOK_UPS = 64;

/**
 * Brings entries up from a slow tier by looking them up: those that expire last, which with one time to live are those stored
 * last, as many as there is room for. The one stored last is looked up last, so that it is the one used last.
 *
 * Holds no more than twice `entriesMax` heads while it looks through the tier.
 */
export async function warmFromTier(
  slot: TierSlot,
  lookUp: (key: Key) => MaybePromise<unknown>,
  room: WarmRoom,
  signal: AbortSignal | undefined,
): Promise<number> {
  const heads = await newestHeads(slot, room, signal);
  let [found, asked] = [0, 0];
  for (const head of heads.reverse()) {
    if ((await lookUp(keyOf(head))) !== undefined) found++;
    if (++asked % LOOK_UPS !== 0) continue;
    await nextTurn();
    checkAborted(signal);
  }
  return found;
}

async function newestHeads(slot: TierSlot, room: WarmRoom, signal: AbortSignal | undefined): Promise<EntryHead[]> {
  const heads: EntryHead[] = [];
  let cursor: string | undefined;
  do {
    const page = await slot.page(cursor, PAGE_ENTRIES);
    heads.push(...page.heads);
    if (heads.length > 2 * room.entriesMax) keepNewest(heads, room);
    cursor = page.cursor;
    await nextTurn();
    checkAborted(signal);
  } while (cursor !== undefined);
  keepNewest(heads, room);
  return heads;
}

/** Newest first, down to what there is room for. */
function keepNewest(heads: EntryHead[], { entriesMax, bytesMax }: WarmRoom): void {
  // Not by a difference: that of two entries without end is NaN.
  heads.sort(
    (left, right) => Number(right.expiresAtMs > left.expiresAtMs) - Number(right.expiresAtMs < left.expiresAtMs),
  );
  let bytes = 0;
  const beyond = heads.findIndex((head, index) => index >= entriesMax || (bytes += head.bytes) > bytesMax);
  if (beyond >= 0) heads.length = beyond;
}

function keyOf({ digest, check, name }: EntryHead): Key {
  return { digest, name, check: () => check };
}

/** The first `countMax` of any iterable, counted. */
export class FirstOf<T> implements AsyncIterable<T> {
  readonly #from: Iterable<T> | AsyncIterable<T>;
  readonly #countMax: number;
  count = 0;

  constructor(from: Iterable<T> | AsyncIterable<T>, countMax: number) {
    this.#from = from;
    this.#countMax = countMax;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const item of this.#from) {
      this.count++;
      yield item;
      if (this.count >= this.#countMax) return;
    }
  }
}
