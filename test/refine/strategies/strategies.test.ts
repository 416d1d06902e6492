/**
 * Proves in which order strategies are asked and which are refused: the built-in ones on reports that want one of them, random
 * sets against a slow model of "due, not in vain, and nothing before it that is due and unasked".
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STRATEGY_NAMES, type StrategyName } from '../../../src/refine/strategies/built-in.js';
import { loadStrategies, StrategySet } from '../../../src/refine/strategies/strategy-set.js';
import { defineStrategy, type ResolvedStrategy, type Strategy } from '../../../src/refine/strategies/strategy.js';
import { madeReport, type MadeNumbers } from '../../support/made-report.js';

const NOTHING_TRIED = { asked: new Set<string>(), failed: new Set<string>() };

function own(name: string, after: readonly string[] = [], rest: Partial<Strategy> = {}): ResolvedStrategy {
  const watches = [{ field: 'words', poor: 0, good: 100 }];
  return defineStrategy({ name, instruction: 'Better it.', watches, after, ...rest });
}

describe('the built-in strategies', () => {
  it('stand in the order of their dependencies, however they are listed', async () => {
    const { names } = await loadStrategies([...STRATEGY_NAMES].reverse());
    const places = (['entropy', 'completeness', 'accuracy', 'clarity', 'readability'] as const).map((name) =>
      names.indexOf(name),
    );
    expect(names).toHaveLength(6);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(names.indexOf('consistency')).toBeLessThan(names.indexOf('clarity'));
  });

  const good = { completeness: 1, clarity: 1, consistency: 1, accuracy: 1, aggregate: 0.7, fleschReadingEase: 70 };
  it.each<[StrategyName | undefined, MadeNumbers]>([
    [undefined, good],
    ['clarity', { ...good, clarity: 0.3 }],
    ['readability', { ...good, fleschReadingEase: 10 }],
    [undefined, { ...good, fleschReadingEase: null }],
    ['entropy', { ...good, aggregate: 0.1 }],
    ['accuracy', { ...good, accuracy: 0.2, consistency: 0.8 }],
    ['consistency', { ...good, accuracy: 0.6, consistency: 0.4 }],
    ['completeness', { ...good, completeness: 0.7, clarity: 0 }],
  ])('choose %s for %j', async (expected, numbers) => {
    const set = await loadStrategies(STRATEGY_NAMES);
    expect(set.choose(madeReport(numbers), NOTHING_TRIED)?.name).toBe(expected);
  });

  it('have instructions that name their task and hold no tag', async () => {
    const set = await loadStrategies(STRATEGY_NAMES);
    const failed = new Set<string>();
    const poor = madeReport({
      completeness: 0,
      clarity: 0,
      consistency: 0,
      accuracy: 0,
      aggregate: 0,
      fleschReadingEase: 0,
    });
    while (failed.size < STRATEGY_NAMES.length) {
      const strategy = set.choose(poor, { asked: failed, failed });
      expect(strategy?.instruction).toMatch(/^Task: .{20,}\n\n- /);
      expect(strategy?.instruction).not.toMatch(/[<>]|document-/);
      expect(failed).not.toContain(strategy?.name);
      failed.add(strategy?.name ?? '');
    }
    expect(failed).toEqual(new Set(STRATEGY_NAMES));
  });

  it('keep their order where one between two is not chosen', async () => {
    const set = await loadStrategies(['readability', 'completeness']);
    expect(set.names).toEqual(['completeness', 'readability']);
    const report = madeReport({ completeness: 0.7, fleschReadingEase: 0 });
    expect(set.choose(report, NOTHING_TRIED)?.name).toBe('completeness');
    const asked = new Set(['completeness']);
    expect(set.choose(report, { asked, failed: new Set() })?.name).toBe('readability');
  });
});

describe('strategies of one’s own', () => {
  it('stand among the others', async () => {
    const tone = own('tone', ['clarity']);
    const set = await loadStrategies([tone, 'clarity']);
    expect(set.names).toEqual(['clarity', 'tone']);
    expect(defineStrategy(tone)).toBe(tone);
  });

  it('may take the place of a built-in one', async () => {
    const set = await loadStrategies([own('clarity'), 'readability']);
    expect(set.choose(madeReport({ words: 10, fleschReadingEase: 0 }), NOTHING_TRIED)?.instruction).toBe('Better it.');
  });

  it('are refused when they come after each other', async () => {
    await expect(loadStrategies([own('a', ['b']), own('b', ['c']), own('c', ['b'])])).rejects.toMatchObject({
      code: 'ERR_DEPENDENCY_CYCLE',
      message: 'strategies come after each other in a cycle: b → c → b',
    });
    await expect(loadStrategies([own('entropy', ['clarity']), 'clarity'])).rejects.toThrow(
      'entropy → clarity → completeness → entropy',
    );
    await expect(loadStrategies([own('a', ['a'])])).rejects.toThrow('a → a');
  });

  it('are refused when they come after one that is not there', async () => {
    await expect(loadStrategies([own('a', ['spelling'])])).rejects.toMatchObject({
      code: 'ERR_DEPENDENCY_MISSING',
      message: 'strategy a comes after spelling, which is not there',
    });
  });

  it.each<[unknown, string]>([
    [
      { name: 'Tone' },
      'strategy.name must be up to 64 lower-case letters, digits, - and _, a letter first, got "Tone"',
    ],
    [{ instruction: '' }, 'strategy.instruction must be a non-empty string, got ""'],
    [{ instruction: 'x'.repeat(20_001) }, 'strategy.instruction must have at most 20000 characters, got 20001'],
    [{ watches: [] }, 'strategy.watches must hold at least one watch, got none'],
    [{ watches: {} }, 'strategy.watches must be an array, got an object'],
    [{ watches: [{ field: 'words', poor: 1, good: 1 }] }, 'strategy.watches[0].good must differ'],
    [
      { watches: [{ field: 'wrods', poor: 0, good: 1 }] },
      'strategy.watches[0].field must be a number of the report such as words',
    ],
    [{ watches: [{ field: 'words', poor: 0, good: 1, best: 2 }] }, 'strategy.watches[0].best is not an option'],
    [{ after: ['a b'] }, 'strategy.after[0] must be up to 64'],
    [{ findings: 'none' }, 'strategy.findings must be a function, got "none"'],
    [{ before: [] }, 'strategy.before is not an option'],
  ])('are refused: %j', (wrong, message) => {
    const strategy = {
      name: 'a',
      instruction: 'b',
      watches: [{ field: 'words', poor: 0, good: 1 }],
      ...(wrong as object),
    };
    expect(() => defineStrategy(strategy)).toThrow(message);
  });
});

describe('any set', () => {
  const sets = fc
    .array(fc.record({ good: fc.integer({ min: 1, max: 4 }), before: fc.array(fc.nat(7)), state: fc.nat(2) }), {
      minLength: 1,
      maxLength: 8,
    })
    .chain((parts) =>
      fc.shuffledSubarray([...parts.keys()], { minLength: parts.length }).map((order) => ({ parts, order })),
    );

  it('is asked as the model says', () => {
    fc.assert(
      fc.property(sets, ({ parts, order }) => {
        const strategies = parts.map(({ good, before }, at) => {
          const after = [...new Set(before)].filter((other) => other < at).map((other) => `s${other}`);
          return own(`s${at}`, after, { watches: [{ field: 'words', poor: 0, good }] });
        });
        const namesWhere = (states: readonly number[]): Set<string> =>
          new Set(parts.flatMap(({ state }, at) => (states.includes(state) ? [`s${at}`] : [])));
        const tried = { asked: namesWhere([1, 2]), failed: namesWhere([2]) };
        const report = madeReport({ words: 2 });
        const set = new StrategySet(order.map((at) => strategies[at]!));

        const isSettled = ({ name, need }: ResolvedStrategy): boolean => need(report) <= 0 || tried.asked.has(name);
        const ancestors = ({ after }: ResolvedStrategy): ResolvedStrategy[] =>
          strategies.filter(({ name }) => after.includes(name)).flatMap((other) => [other, ...ancestors(other)]);
        const ready = strategies.filter(
          (each) => each.need(report) > 0 && !tried.failed.has(each.name) && ancestors(each).every(isSettled),
        );
        const most = Math.max(...ready.map(({ need }) => need(report)));
        const first = set.names.find((name) => ready.some((each) => each.name === name && each.need(report) === most));
        expect(set.choose(report, tried)?.name).toBe(first);
        for (const { name, after } of strategies) {
          for (const other of after) expect(set.names.indexOf(other)).toBeLessThan(set.names.indexOf(name));
        }
      }),
      { numRuns: 500 },
    );
  });
});
