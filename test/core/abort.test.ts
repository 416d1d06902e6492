/**
 * Proves that many waits share one listener of a signal, which is gone with the last of them; that each is called back once, unless
 * it left; and that a cancellation ends one wait after the other.
 */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { abortable, Cancellation, checkAborted, offAbort, onAbort } from '../../src/core/abort.js';

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

describe('onAbort', () => {
  it('calls all back once, in order, over one listener', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const called: number[] = [];
    for (let i = 0; i < 100; i++) onAbort(signal, () => called.push(i));
    expect(listenersOf(signal)).toBe(1);
    controller.abort();
    expect(called).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(listenersOf(signal)).toBe(0);
  });

  it('calls nobody back who left, also during the abort, and leaves no listener behind', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const called: string[] = [];
    const [gone, last] = [(): unknown => called.push('gone'), (): unknown => called.push('last')];
    onAbort(signal, gone);
    offAbort(signal, gone);
    expect(listenersOf(signal)).toBe(0);
    onAbort(signal, () => {
      called.push('first');
      offAbort(signal, last);
    });
    onAbort(signal, last);
    controller.abort();
    offAbort(signal, last);
    expect(called).toEqual(['first']);
  });
});

describe('Cancellation', () => {
  it('ends whoever waits, with the first reason', () => {
    const cancellation = new Cancellation();
    const called: string[] = [];
    const [first, second] = [(): unknown => called.push('first'), (): unknown => called.push('second')];
    onAbort(cancellation, first);
    offAbort(cancellation, first);
    onAbort(cancellation, second);
    offAbort(cancellation, first); // no longer its turn
    checkAborted(cancellation);
    cancellation.abort('reason');
    cancellation.abort('another');
    expect(called).toEqual(['second']);
    expect(() => checkAborted(cancellation)).toThrow(expect.objectContaining({ code: 'ERR_ABORTED', cause: 'reason' }));
  });
});

describe('abortable', () => {
  it('gives what the work gives, and leaves the signal', async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve(1), signal, () => undefined)).toBe(1);
    await expect(abortable(Promise.reject(new Error('no')), signal, () => undefined)).rejects.toThrow('no');
    expect(listenersOf(signal)).toBe(0);
  });

  it('cancels and rejects when the signal is given, before or meanwhile', async () => {
    const controller = new AbortController();
    let cancelled = 0;
    const wait = abortable(new Promise(() => undefined), controller.signal, () => cancelled++);
    controller.abort();
    await expect(wait).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    // That nobody waits for this rejection any more must not end the process.
    const late = abortable(Promise.reject(new Error('too late')), controller.signal, () => cancelled++);
    await expect(late).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(cancelled).toBe(2);
  });
});
