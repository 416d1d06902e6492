/** Proves that the options of a refinement are completed, frozen, and refused with their path, what was expected and what was given. */
import { describe, expect, it } from 'vitest';
import { REFINE_DEFAULTS, resolveRefineOptions } from '../../src/refine/options.js';

describe('resolveRefineOptions', () => {
  it('completes and freezes', () => {
    const resolved = resolveRefineOptions({ gainMin: 0, guards: { meaningMin: null } });
    expect(resolved).toMatchObject({
      ...REFINE_DEFAULTS,
      gainMin: 0,
      profile: { 'documentation.overall': 1 },
      guards: { meaningMin: null, code: true },
    });
    for (const part of [resolved, resolved.guards, resolved.profile, resolved.strategies])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('leaves out weights of 0', () => {
    expect(resolveRefineOptions({ profile: { miair: 0, coherence: 2 } }).profile).toEqual({ coherence: 2 });
  });

  it.each<[object, string]>([
    [{ iteration: 3 }, 'refine.iteration is not an option'],
    [{ iterations: 0 }, 'refine.iterations must be an integer from 1 to 100, got 0'],
    [{ noGainMax: '2' }, 'refine.noGainMax must be an integer, got "2"'],
    [{ gainMin: -1 }, 'refine.gainMin must be a number >= 0, got -1'],
    [{ profile: 'documentation' }, 'refine.profile must be a number of the report such as documentation.'],
    [{ profile: 'filters.c4_quality.keep' }, 'refine.profile must be a number of the report'],
    [{ profile: {} }, 'refine.profile must have a weight that is not 0, got none'],
    [{ profile: { miair: Infinity } }, 'refine.profile.miair must be a number from -1000000 to 1000000, got Infinity'],
    [{ strategies: 'clarity' }, 'refine.strategies must be an array, got "clarity"'],
    [{ strategies: [] }, 'refine.strategies must hold 1 to 64 strategies, got 0'],
    [{ strategies: ['clarity', 'clarity'] }, 'refine.strategies must name each strategy once, got clarity twice'],
    [
      { strategies: ['clear'] },
      'refine.strategies[0] must be one of entropy, completeness, accuracy, consistency, clarity, readability, or a strategy of your own, got "clear"',
    ],
    [{ guards: { meaning: 1 } }, 'refine.guards.meaning is not an option'],
    [{ guards: { meaningMin: 2 } }, 'refine.guards.meaningMin must be a number from 0 to 1, got 2'],
    [{ guards: { code: null } }, 'refine.guards.code must be true or false, got null'],
    [{ answerTokensMax: 1 }, 'refine.answerTokensMax must be an integer from 256 to 1048576, got 1'],
    [{ seed: 0.5 }, 'refine.seed must be an integer from 0 to 4294967295, got 0.5'],
  ])('refuses %j', (options, message) => {
    expect(() => resolveRefineOptions(options)).toThrow(message);
  });
});
