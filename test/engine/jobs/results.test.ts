/** Proves that results are handed over one by one even if to take one makes the next arrive, by hand and without a job. */
import { expect, it } from 'vitest';
import { Results } from '../../../src/engine/jobs/results.js';

it('loses nothing when an item that begins for the room of another settles at once', async () => {
  const results = new Results<string>(2, true, () => results.push({ ordinal: 2, value: 'c' }));
  const first = results.next();
  expect(results.hasRoomFor(2)).toBe(false);
  results.push({ ordinal: 1, value: 'b' });
  results.push({ ordinal: 0, value: 'a' });
  results.end(undefined);
  const rest = [await results.next(), await results.next(), await results.next()];
  expect([await first, ...rest].map(({ value }) => value?.ordinal)).toEqual([0, 1, 2, undefined]);
});
