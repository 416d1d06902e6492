import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { checkAborted } from '../abort.js';
import { SYSTEM_CLOCK, type Clock, type Timer } from '../clock.js';
import { MillraceError } from '../errors.js';
import { checkFunction, checkInteger, checkKnown, checkNumber } from '../options.js';
import { LANE_ITEMS_LIMIT, Lanes } from './lanes.js';
import { Waiter } from './waiter.js';

/** `pressed`: batches should be smaller. `paused`: the source should not be read. */
export type MemoryState = 'normal' | 'pressed' | 'paused';

export interface MemoryChange {
  readonly state: MemoryState;
  readonly previous: MemoryState;
  readonly usedBytes: number;
  readonly limitBytes: number;
}

export interface MemoryGuardOptions {
  /** Heap and array buffers together. Integer, 1 or more. @defaultValue `defaultLimitBytes()` */
  readonly limitBytes?: number;
  /** Share of the limit from which on the state is `pressed`. Number from 0 to 1. @defaultValue 0.7 */
  readonly pressedRatio?: number;
  /** Share of the limit from which on it is `paused`. Number from `pressedRatio` to 1. @defaultValue 0.85 */
  readonly pausedRatio?: number;
  /** A state is left so much below where it begins. Number from 0 to `pressedRatio`. @defaultValue 0.05 */
  readonly marginRatio?: number;
  /** Time between two samples. Integer, 1 or more. @defaultValue 100 */
  readonly sampleMs?: number;
  /** While paused, one waiting call is let through after so long. Integer, 1 or more. @defaultValue 1000 */
  readonly trickleMs?: number;
  /** Calls that may wait in `room` before it rejects. Integer, 1 to 2^24. @defaultValue 65536 */
  readonly queueMax?: number;
  /** Called on each change of state. */
  readonly onChange?: (change: MemoryChange) => void;
}

export type ResolvedMemoryGuardOptions = Required<MemoryGuardOptions>;

/** What a guard takes from outside. */
export interface MemoryGuardContext {
  /** @defaultValue `process.memoryUsage` */
  readonly readMemory?: () => { readonly heapUsed: number; readonly arrayBuffers: number };
  /** @defaultValue `SYSTEM_CLOCK` */
  readonly clock?: Clock;
}

export const MEMORY_GUARD_DEFAULTS: Omit<ResolvedMemoryGuardOptions, 'limitBytes'> = Object.freeze({
  pressedRatio: 0.7,
  pausedRatio: 0.85,
  marginRatio: 0.05,
  sampleMs: 100,
  trickleMs: 1000,
  queueMax: 65_536,
  onChange: () => undefined,
});

/** The heap's own limit, but at most half of the memory of the machine, or of the container where it has less. */
export function defaultLimitBytes(): number {
  const constrained = process.constrainedMemory();
  const machine = constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
  return Math.floor(Math.min(getHeapStatistics().heap_size_limit, machine / 2));
}

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveMemoryGuardOptions(
  options: MemoryGuardOptions = {},
  path = 'memoryGuard',
): ResolvedMemoryGuardOptions {
  checkKnown(path, options, ['limitBytes', ...Object.keys(MEMORY_GUARD_DEFAULTS)]);
  const {
    limitBytes = defaultLimitBytes(),
    pressedRatio = MEMORY_GUARD_DEFAULTS.pressedRatio,
    pausedRatio = MEMORY_GUARD_DEFAULTS.pausedRatio,
    marginRatio = MEMORY_GUARD_DEFAULTS.marginRatio,
    sampleMs = MEMORY_GUARD_DEFAULTS.sampleMs,
    trickleMs = MEMORY_GUARD_DEFAULTS.trickleMs,
    queueMax = MEMORY_GUARD_DEFAULTS.queueMax,
    onChange = MEMORY_GUARD_DEFAULTS.onChange,
  } = options;
  checkFunction(`${path}.onChange`, onChange);
  return Object.freeze({
    limitBytes: checkInteger(`${path}.limitBytes`, limitBytes, 1),
    pressedRatio: checkNumber(`${path}.pressedRatio`, pressedRatio, 0, 1),
    pausedRatio: checkNumber(`${path}.pausedRatio`, pausedRatio, pressedRatio, 1),
    marginRatio: checkNumber(`${path}.marginRatio`, marginRatio, 0, pressedRatio),
    sampleMs: checkInteger(`${path}.sampleMs`, sampleMs, 1),
    trickleMs: checkInteger(`${path}.trickleMs`, trickleMs, 1),
    queueMax: checkInteger(`${path}.queueMax`, queueMax, 1, LANE_ITEMS_LIMIT),
    onChange,
  });
}

const RANKS: Readonly<Record<MemoryState, number>> = Object.freeze({ normal: 0, pressed: 1, paused: 2 });

/**
 * Watches the memory of the thread that made it and holds its source back before the heap's limit ends the process.
 *
 * What counts as used includes garbage, and a process that stands still collects none: paused for good, it would wait for
 * memory that nobody frees. So while it is paused one waiting call goes through every `trickleMs`.
 */
export class MemoryGuard {
  readonly #options: ResolvedMemoryGuardOptions;
  readonly #readMemory: () => { readonly heapUsed: number; readonly arrayBuffers: number };
  readonly #clock: Clock;
  readonly #waiters: Lanes<Waiter<void>>;
  #state: MemoryState = 'normal';
  #usedBytes = 0;
  /** When the present pause began, or last let a call through. */
  #heldSinceMs = 0;
  #timer: Timer | undefined;
  #sampleAtMs = 0;
  #isClosed = false;

  constructor(
    options: MemoryGuardOptions = {},
    { readMemory = process.memoryUsage, clock = SYSTEM_CLOCK }: MemoryGuardContext = {},
  ) {
    this.#options = resolveMemoryGuardOptions(options);
    this.#readMemory = readMemory;
    this.#clock = clock;
    this.#waiters = new Lanes(1, this.#options.queueMax, 'memoryGuard.queueMax');
    this.#schedule(this.#options.sampleMs);
  }

  get state(): MemoryState {
    return this.#state;
  }

  /** What was used at the last sample; 0 before the first. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Looks now, in place of the next time that it would; after a large allocation, say. */
  sample(): MemoryState {
    if (this.#isClosed) return this.#state;
    const { heapUsed, arrayBuffers } = this.#readMemory();
    this.#usedBytes = heapUsed + arrayBuffers;
    this.#change(nextMemoryState(this.#state, this.#usedBytes / this.#options.limitBytes, this.#options));
    this.#letThrough();
    this.#schedule(this.#options.sampleMs);
    return this.#state;
  }

  /**
   * Resolves when the source may be read: at once unless the state is `paused`.
   *
   * @throws MillraceError `ERR_ABORTED`; `ERR_QUEUE_FULL`; `ERR_CLOSED` when the guard is or gets closed.
   */
  async room(signal?: AbortSignal): Promise<void> {
    checkAborted(signal);
    if (this.#isClosed) throw closedError();
    if (this.#state !== 'paused') return;
    const waiter = new Waiter<void>();
    const ticket = this.#waiters.push(0, waiter);
    if (this.#waiters.length === 1) this.#schedule(this.#sampleAtMs - this.#clock.monotonicMs());
    await waiter.wait(signal, () => {
      this.#waiters.remove(ticket);
    });
  }

  /** Ends the watch; calls that wait are refused. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (let waiter = this.#waiters.shift(0); waiter !== undefined; waiter = this.#waiters.shift(0)) {
      waiter.reject(closedError());
    }
  }

  #change(state: MemoryState): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    if (state === 'paused') this.#heldSinceMs = this.#clock.monotonicMs();
    this.#options.onChange({
      state,
      previous,
      usedBytes: this.#usedBytes,
      limitBytes: this.#options.limitBytes,
    });
  }

  #letThrough(): void {
    if (this.#state === 'paused') {
      const nowMs = this.#clock.monotonicMs();
      if (nowMs - this.#heldSinceMs < this.#options.trickleMs) return;
      this.#heldSinceMs = nowMs;
      this.#waiters.shift(0)?.resolve();
      return;
    }
    for (let waiter = this.#waiters.shift(0); waiter !== undefined; waiter = this.#waiters.shift(0)) waiter.resolve();
  }

  /** A watch alone keeps no process alive, but one that somebody waits for does: it may be all that is left to happen. */
  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer?.cancel();
    this.#sampleAtMs = this.#clock.monotonicMs() + delayMs;
    const keepsAlive = this.#waiters.length > 0;
    this.#timer = this.#clock.schedule(() => this.sample(), delayMs, { keepsAlive });
  }
}

/** The state at a share of the limit: up where a state begins, down only from so much below that. */
export function nextMemoryState(
  state: MemoryState,
  share: number,
  {
    pressedRatio,
    pausedRatio,
    marginRatio,
  }: Pick<ResolvedMemoryGuardOptions, 'pressedRatio' | 'pausedRatio' | 'marginRatio'>,
): MemoryState {
  const rising = stateAt(share, pressedRatio, pausedRatio);
  if (RANKS[rising] >= RANKS[state]) return rising;
  const falling = stateAt(share, pressedRatio - marginRatio, pausedRatio - marginRatio);
  return RANKS[falling] < RANKS[state] ? falling : state;
}

function stateAt(share: number, pressedRatio: number, pausedRatio: number): MemoryState {
  if (share >= pausedRatio) return 'paused';
  return share >= pressedRatio ? 'pressed' : 'normal';
}

function closedError(): MillraceError {
  return new MillraceError('ERR_CLOSED', 'the memory guard is closed');
}
