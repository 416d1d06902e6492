/** Proves that the options of a bench come back complete and frozen, and that what is out of bounds is refused with its path. */
import { describe, expect, it } from 'vitest';

import { BENCH_DEFAULTS, resolveBenchOptions } from '../../../src/harness/bench/options.js';
import { SUITE_NAMES } from '../../../src/harness/bench/suite.js';

describe('the options of a bench', () => {
  it('come back complete and frozen', () => {
    const resolved = resolveBenchOptions({ rounds: 3, suites: ['jobs', 'kernel', 'jobs'] });
    expect(resolved).toMatchObject({ ...BENCH_DEFAULTS, rounds: 3, suites: ['jobs', 'kernel'] });
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(resolveBenchOptions().suites).toEqual(SUITE_NAMES);
  });

  it.each([
    [{ rounds: 0 }, 'bench.rounds must be an integer from 1 to 1000, got 0'],
    [{ seconds: 0 }, 'bench.seconds must be a number from 0.1 to 86400, got 0'],
    [{ documents: 1 }, 'bench.documents must be an integer from 100 to 1000000, got 1'],
    [{ bytes: 1 }, 'bench.bytes must be an integer from 64 to 16777216, got 1'],
    [{ seed: 1.5 }, 'bench.seed must be an integer from 0 to 4294967295, got 1.5'],
    [{ workers: 0 }, 'bench.workers must be an integer from 1 to 256, got 0'],
    [{ inputs: 'a' }, 'bench.inputs must be an array of strings, got "a"'],
    [{ suites: [] }, `bench.suites must name one suite or more of ${SUITE_NAMES.join(', ')}, got none`],
    [
      { suites: ['kernal'] },
      `bench.suites must name suites of ${SUITE_NAMES.join(', ')}, got "kernal"; the nearest is kernel`,
    ],
    [{ baseline: '../x' }, 'bench.baseline must be 1 to 64 letters, digits, ".", "_" or "-"'],
    [{ compare: '' }, 'bench.compare must be a non-empty string, got ""'],
    [{ suite: 'kernel' }, 'bench.suite is not an option; expected a name such as suites'],
  ])('%j are refused', (options: object, message) => {
    expect(() => resolveBenchOptions(options)).toThrow(message);
  });
});
