/** Proves that `--report` reaches the engine, and that a place which the run uses otherwise is bad usage. */
import { expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { createFake } from '../fake-context.js';

it('reaches the engine', async () => {
  const { context, runs } = createFake();
  expect(await main(['score', 'x', '--report', 'page.html'], context)).toBe(0);
  expect(runs[0]).toMatchObject({ inputs: ['x'], report: 'page.html' });
});

it.each([
  [['--report', '-'], '--report must be the path of a file, got -'],
  [['--report', 'a', '--summary', './a'], '--summary must be a file of its own, got ./a'],
])('with %j is bad usage', async (flags, message) => {
  const { context, stderr, runs } = createFake();
  expect(await main(['score', 'x', ...flags], context)).toBe(2);
  expect(stderr.text).toContain(message);
  expect(runs).toEqual([]);
});
