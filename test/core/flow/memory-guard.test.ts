/**
 * Proves the states and their margins on random courses of memory use, who waits in `room` and for how long, and that a guard
 * leaves no timer and no listener. Memory is a number that the test sets, time is moved by hand.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock, ScheduleOptions, Timer } from '../../../src/core/clock.js';
import {
  MemoryGuard,
  defaultLimitBytes,
  resolveMemoryGuardOptions,
  type MemoryChange,
  type MemoryGuardOptions,
} from '../../../src/core/flow/memory-guard.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';

const OPTIONS = {
  limitBytes: 1000,
  pressedRatio: 0.7,
  pausedRatio: 0.85,
  marginRatio: 0.05,
  sampleMs: 100,
  trickleMs: 1000,
};

/** A clock that knows whether the process would wait for its last timer. */
class WatchedClock extends ManualClock implements Clock {
  keepsAlive: boolean | undefined;

  override schedule(callback: () => void, delayMs: number, options?: ScheduleOptions): Timer {
    this.keepsAlive = options?.keepsAlive;
    return super.schedule(callback, delayMs);
  }
}

const clock = new WatchedClock();
const guards: MemoryGuard[] = [];
let usedBytes = 0;

function makeGuard(options: MemoryGuardOptions = {}): MemoryGuard {
  usedBytes = 0;
  const readMemory = () => ({ heapUsed: usedBytes / 2, arrayBuffers: usedBytes / 2 });
  const guard = new MemoryGuard({ ...OPTIONS, ...options }, { readMemory, clock });
  guards.push(guard);
  return guard;
}

afterEach(() => {
  for (const guard of guards.splice(0)) guard.close();
  expect(clock.pending).toBe(0);
});

/** Whether the guard lets a reader through, after the next sample of so much memory. */
async function hasRoom(guard: MemoryGuard, bytes: number): Promise<boolean> {
  usedBytes = bytes;
  guard.sample();
  const controller = new AbortController();
  let isThrough = false;
  const room = guard.room(controller.signal).then(
    () => (isThrough = true),
    () => false,
  );
  await settle();
  controller.abort();
  await room;
  return isThrough;
}

describe('the state', () => {
  it('begins at its ratio and ends a margin below it, and each change is told with its numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1200), { maxLength: 60, size: 'max' }), (course) => {
        const changes: MemoryChange[] = [];
        const guard = makeGuard({ onChange: (change) => void changes.push(change) });
        let previous = guard.state;
        expect(previous).toBe('normal');
        for (const bytes of course) {
          usedBytes = bytes;
          clock.advance(100);
          const { state } = guard;
          expect(guard.usedBytes).toBe(bytes);
          if (bytes >= 850) expect(state).toBe('paused');
          else if (bytes >= 800) expect(state).toBe(previous === 'paused' ? 'paused' : 'pressed');
          else if (bytes >= 700) expect(state).toBe('pressed');
          else if (bytes >= 650) expect(state).toBe(previous === 'normal' ? 'normal' : 'pressed');
          else expect(state).toBe('normal');
          const told = changes.splice(0);
          expect(told).toEqual(state === previous ? [] : [{ state, previous, usedBytes: bytes, limitBytes: 1000 }]);
          previous = state;
        }
        guard.close();
      }),
      { numRuns: 200 },
    );
  });
});

describe('room', () => {
  it('is there unless the state is paused', async () => {
    const guard = makeGuard();
    const rooms: boolean[] = [];
    for (const bytes of [0, 849, 850, 800, 799, 0]) rooms.push(await hasRoom(guard, bytes));
    expect(rooms).toEqual([true, true, false, false, true, true]);
  });

  it('comes for all who wait when the pause ends, and for one at a time when it does not', async () => {
    const guard = makeGuard();
    usedBytes = 900;
    guard.sample();
    const order: number[] = [];
    for (let name = 0; name < 4; name++) void guard.room().then(() => order.push(name));
    await clock.advanceAsync(999);
    expect(order).toEqual([]);
    await clock.advanceAsync(1);
    expect(order).toEqual([0]);
    await clock.advanceAsync(1000);
    expect(order).toEqual([0, 1]);
    usedBytes = 500;
    await clock.advanceAsync(100);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('keeps the process alive only while somebody waits', async () => {
    const guard = makeGuard();
    expect(clock.keepsAlive).toBe(false);
    usedBytes = 900;
    guard.sample();
    expect(clock.keepsAlive).toBe(false);
    const room = guard.room();
    expect(clock.keepsAlive).toBe(true);
    usedBytes = 0;
    await clock.advanceAsync(100);
    await room;
    expect(clock.keepsAlive).toBe(false);
  });

  it('is looked for in time, however often calls come and are aborted', async () => {
    const guard = makeGuard();
    usedBytes = 900;
    guard.sample();
    usedBytes = 0;
    for (let count = 0; count < 10; count++) {
      const controller = new AbortController();
      const room = errorOf(guard.room(controller.signal));
      clock.advance(9);
      controller.abort();
      expect((await room).code).toBe('ERR_ABORTED');
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    }
    clock.advance(10);
    expect(guard.state).toBe('normal');
  });

  it('is refused beyond the bound, and by a guard that is closed', async () => {
    const guard = makeGuard({ queueMax: 1 });
    usedBytes = 900;
    guard.sample();
    const { signal } = new AbortController();
    const waiting = errorOf(guard.room(signal));
    expect((await errorOf(guard.room())).message).toBe('more than memoryGuard.queueMax, 1, would wait');
    guard.close();
    expect((await waiting).code).toBe('ERR_CLOSED');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect((await errorOf(guard.room())).code).toBe('ERR_CLOSED');
    expect(guard.sample()).toBe('paused');
    expect(clock.pending).toBe(0);
  });
});

describe('its options', () => {
  it('have defaults, and are refused with their path', () => {
    const { onChange, ...rest } = resolveMemoryGuardOptions();
    expect(rest).toEqual({ ...OPTIONS, limitBytes: defaultLimitBytes(), queueMax: 65_536 });
    expect(onChange).toBeTypeOf('function');
    expect(Number.isInteger(rest.limitBytes) && rest.limitBytes > 2 ** 20).toBe(true);
    const refusal = (options: MemoryGuardOptions) => () => resolveMemoryGuardOptions(options);
    expect(refusal({ pressedRatio: 0.9 })).toThrow('memoryGuard.pausedRatio must be a number from 0.9 to 1, got 0.85');
    expect(refusal({ marginRatio: 0.8 })).toThrow('memoryGuard.marginRatio must be a number from 0 to 0.7, got 0.8');
    expect(refusal({ limitBytes: 0 })).toThrow(/^memoryGuard\.limitBytes/);
  });

  it('read the memory of the process by default', () => {
    const guard = new MemoryGuard({ limitBytes: 1 });
    guards.push(guard);
    expect(guard.sample()).toBe('paused');
    expect(guard.usedBytes).toBeGreaterThan(2 ** 20);
  });
});
