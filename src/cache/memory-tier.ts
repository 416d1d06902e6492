import type { Clock } from '../core/clock.js';
import { MillraceError } from '../core/errors.js';
import { checkChoice, checkInteger, checkOptions, describe, optionPath, typeError } from '../core/options.js';
import { BoundedTier, type Form, type Held } from './bounded-tier.js';
import { Lfu } from './lfu.js';
import { Lru } from './lru.js';
import { STRATEGY_NAMES, type Strategy, type StrategyName } from './strategy.js';
import type { Entry } from './tier.js';
import { Ttl } from './ttl.js';

const MIB = 2 ** 20;
/** A `Map` holds no more. */
export const ENTRIES_LIMIT = 2 ** 24;
/** A pebibyte: whoever asks for more means something else. */
export const BYTES_LIMIT = 2 ** 50;

export interface MemoryTierOptions {
  /**
   * Which entry goes first when there is no room: the least recently used, the least frequently used, or the one whose time is over
   * soonest. @defaultValue 'lru'
   */
  readonly strategy?: StrategyName;
  /** Entries held. Integer, 1 to 16,777,216; `lru` allocates about 30 bytes for each at once. @defaultValue 65536 */
  readonly entriesMax?: number;
  /** What the values held may weigh together. Integer, 1 to 2^50. @defaultValue 64 MiB */
  readonly bytesMax?: number;
  /** What a value weighs, an integer of 0 or more; asked once. @defaultValue `Entry.bytes` */
  readonly sizeBytes?: ((value: unknown) => number) | undefined;
  /**
   * Called once when an entry leaves: evicted, expired, deleted, replaced, cleared or closed. Not for a value that was never taken in,
   * nor when the very same value takes its place. What it throws reaches whoever made the entry leave. @defaultValue nothing is called
   */
  readonly dispose?: ((value: unknown) => void) | undefined;
}

export type ResolvedMemoryTierOptions = Required<MemoryTierOptions>;

export const MEMORY_TIER_DEFAULTS: ResolvedMemoryTierOptions = Object.freeze({
  strategy: 'lru',
  entriesMax: 65_536,
  bytesMax: 64 * MIB,
  sizeBytes: undefined,
  dispose: undefined,
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveMemoryTierOptions(options: MemoryTierOptions = {}, path = 'l1'): ResolvedMemoryTierOptions {
  const given = { ...MEMORY_TIER_DEFAULTS, ...checkOptions(path, options, Object.keys(MEMORY_TIER_DEFAULTS)) };
  return Object.freeze({
    strategy: checkChoice(optionPath(path, 'strategy'), given.strategy, STRATEGY_NAMES),
    entriesMax: checkInteger(optionPath(path, 'entriesMax'), given.entriesMax, 1, ENTRIES_LIMIT),
    bytesMax: checkInteger(optionPath(path, 'bytesMax'), given.bytesMax, 1, BYTES_LIMIT),
    sizeBytes: checkFunction(optionPath(path, 'sizeBytes'), given.sizeBytes),
    dispose: checkFunction(optionPath(path, 'dispose'), given.dispose),
  });
}

/** L1: entries as they are, values not copied. */
export class MemoryTier extends BoundedTier<HeldEntry> {
  constructor(name: string, options: ResolvedMemoryTierOptions, clock: Clock) {
    super(name, new AsTheyAre(options), makeStrategy(options), options, clock);
  }
}

interface HeldEntry extends Held {
  readonly entry: Entry;
}

class AsTheyAre implements Form<HeldEntry> {
  readonly #sizeBytes: ResolvedMemoryTierOptions['sizeBytes'];
  readonly release: Form<HeldEntry>['release'];

  constructor({ sizeBytes, dispose }: ResolvedMemoryTierOptions) {
    this.#sizeBytes = sizeBytes;
    if (dispose === undefined) this.release = undefined;
    else {
      this.release = ({ entry }, added) => {
        if (added === undefined || added.entry.value !== entry.value) dispose(entry.value);
      };
    }
  }

  hold(digest: string, entry: Entry): HeldEntry {
    const bytes = this.#sizeBytes === undefined ? entry.bytes : checkSize(this.#sizeBytes(entry.value));
    return { digest, expiresAtMs: entry.expiresAtMs, bytes, rawBytes: bytes, slot: 0, entry };
  }

  read({ entry }: HeldEntry): Entry {
    return entry;
  }

  head({ entry }: HeldEntry): Entry {
    return entry;
  }
}

function makeStrategy({ strategy, entriesMax }: ResolvedMemoryTierOptions): Strategy<HeldEntry> {
  switch (strategy) {
    case 'lru':
      return new Lru(entriesMax);
    case 'lfu':
      return new Lfu();
    case 'ttl':
      return new Ttl();
  }
}

/** A weight that is no number would undo the bound in bytes for good. */
function checkSize(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new MillraceError('ERR_OPTION_RANGE', `sizeBytes must return an integer >= 0, got ${describe(bytes)}`);
}

function checkFunction<T>(path: string, value: T): T {
  if (value !== undefined && typeof value !== 'function') throw typeError(path, 'a function', value);
  return value;
}
