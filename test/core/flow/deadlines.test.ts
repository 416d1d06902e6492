/**
 * Proves that each limit that is not removed calls back once, at its time, over one timer at most that is gone with the last of
 * them: random additions, removals and steps of time against a list of times.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deadlines } from '../../../src/core/flow/deadlines.js';
import { ManualClock } from '../../support/manual-clock.js';

const DELAY_MS = 100;

type Command = { readonly add: true } | { readonly remove: number } | { readonly advance: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.constant({ add: true } as const),
  fc.record({ remove: fc.nat() }),
  fc.record({ advance: fc.nat(60) }),
);

it('calls back in time', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const clock = new ManualClock(0);
      const deadlines = new Deadlines(DELAY_MS, clock);
      const open = new Map<number, { readonly ticket: number; readonly atMs: number }>();
      let count = 0;
      const add = (): void => {
        const id = count++;
        const ticket = deadlines.add(() => {
          expect(open.get(id)?.atMs).toBe(clock.monotonicMs());
          open.delete(id);
        });
        open.set(id, { ticket, atMs: clock.monotonicMs() + DELAY_MS });
      };
      for (const each of commands) {
        if ('add' in each) add();
        else if ('advance' in each) clock.advance(each.advance);
        else {
          const [id, entry] = [...open][each.remove % Math.max(1, open.size)] ?? [];
          if (id === undefined || entry === undefined) continue;
          deadlines.remove(entry.ticket);
          deadlines.remove(entry.ticket);
          open.delete(id);
        }
        for (const { atMs } of open.values()) expect(atMs).toBeGreaterThan(clock.monotonicMs());
        expect(clock.pending).toBeLessThanOrEqual(1);
        if (open.size === 0) expect(clock.pending).toBe(0);
      }
      clock.advance(DELAY_MS);
      expect(open.size).toBe(0);
    }),
  );
});

it('lets a callback add and remove others', () => {
  const clock = new ManualClock(0);
  const deadlines = new Deadlines(DELAY_MS, clock);
  const called: string[] = [];
  deadlines.add(() => {
    called.push('first');
    deadlines.remove(second);
    deadlines.add(() => called.push('third'));
  });
  const second = deadlines.add(() => called.push('second'));
  clock.advance(DELAY_MS);
  expect(called).toEqual(['first']);
  clock.advance(DELAY_MS);
  expect([called, clock.pending]).toEqual([['first', 'third'], 0]);
});
