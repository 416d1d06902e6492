/**
 * Proves the order of turns against the obvious model, for any number of contestants and rounds and wherever the time is up: each runs
 * once a round and is first as often as any other; nothing runs behind a refusal, nor behind what is thrown.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { takeTurns } from '../../src/monitor/turns.js';

const contestantCounts = fc.integer({ min: 1, max: 5 });
const roundCounts = fc.integer({ min: 0, max: 7 });

it('lets each run once a round, and begins with another one each time', async () => {
  await fc.assert(
    fc.asyncProperty(contestantCounts, roundCounts, fc.nat({ max: 40 }), async (contestants, rounds, runsMax) => {
      const names = Array.from({ length: contestants }, (_, index) => index);
      const wanted = Array.from({ length: rounds }, (_, round) =>
        names.map((turn) => `${round}: ${(round + turn) % contestants}`),
      ).flat();
      const ran: string[] = [];
      const isWhole = await takeTurns(names, rounds, {
        mayRun: (round, turn) => {
          expect(round * contestants + turn).toBe(ran.length);
          return ran.length < runsMax;
        },
        run: async (name, round) => {
          await Promise.resolve();
          ran.push(`${round}: ${name}`);
        },
      });
      expect(ran).toEqual(wanted.slice(0, runsMax));
      expect(isWhole).toBe(runsMax >= wanted.length);
    }),
    { numRuns: 200 },
  );
});

it('ends with what a run throws', async () => {
  const ran: string[] = [];
  const run = async (name: string): Promise<void> => {
    ran.push(name);
    if (ran.length === 3) throw new Error('broke');
    return Promise.resolve();
  };
  await expect(takeTurns(['a', 'b'], 5, { mayRun: () => true, run })).rejects.toThrow('broke');
  expect(ran).toEqual(['a', 'b', 'b']);
});
