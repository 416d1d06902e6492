/**
 * Proves what a refinement keeps, when it stops and what its row says. A slow model, one loop over the whole list of outcomes,
 * decides the same for random scores, answers, failures and guards; and whatever happens, the document never leaves worse than it
 * came, iterations are bounded, and the same outcomes make the same moves.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MillraceError, type ErrorCode } from '../../src/core/errors.js';
import type { Report } from '../../src/core/report.js';
import { fenced, fencedDocument } from '../../src/refine/fence.js';
import { resolveRefineOptions, type RefineOptions } from '../../src/refine/options.js';
import { makeRefinePlan, type Gate, type RefinePlan } from '../../src/refine/plan.js';
import { Refinement, type Ask, type Move, type Spent } from '../../src/refine/refinement.js';
import type { RefinedRow, Stopped } from '../../src/refine/row.js';
import { defineStrategy, type Strategy } from '../../src/refine/strategies/strategy.js';
import { judged } from '../support/judge.js';
import { madeReport } from '../support/made-report.js';

const TEXT =
  'The harbour master writes down every ship that enters, and in the evening he counts what he has written.\n';
const SPENT: Spent = {
  calls: 1,
  usd: 0.25,
  usage: { inputTokens: 10, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 5 },
};
const never: Gate = () => false;

/** Strategies that are always due, each less than the one before. */
const ALWAYS: readonly Strategy[] = [5, 4, 3, 2, 1].map((need) =>
  defineStrategy({
    name: `s${need}`,
    instruction: 'Better it.',
    watches: [{ field: 'words', poor: -1e6, good: 1e6 * need }],
  }),
);

async function planOf(options: RefineOptions = {}, gate: Gate = never): Promise<RefinePlan> {
  return makeRefinePlan(resolveRefineOptions({ strategies: ALWAYS, ...options }), gate);
}

function begin(plan: RefinePlan, report: Report, text = TEXT): Refinement {
  return new Refinement({ id: 7, text, report }, plan);
}

function askIn(move: Move): Ask {
  if (move.kind !== 'ask') throw new Error(`${move.kind} instead of ask`);
  return move;
}

function rowIn(move: Move): RefinedRow {
  if (move.kind !== 'done') throw new Error(`${move.kind} instead of done`);
  return move.row;
}

/** Answers with the text in the fence that was asked with. */
function answer(refinement: Refinement, text: string): Move {
  const { tag } = fencedDocument(askIn(refinement.next()).user) ?? { tag: 'none' };
  return refinement.answered({ text: fenced(text, tag), finish: 'stop' }, SPENT);
}

/** The version that is to be scored gets this score, and is compared with the original. */
function score(refinement: Refinement, overall: number): Move {
  const move = refinement.next();
  if (move.kind !== 'score') throw new Error(`${move.kind} instead of score`);
  return refinement.scored(judged(madeReport({ overall }), move.text, TEXT));
}

/** An answer with a version of that score: the text with a sentence more. */
function improve(refinement: Refinement, overall: number): Move {
  const before = fencedDocument(askIn(refinement.next()).user)?.text ?? '';
  answer(refinement, `${before.trimEnd()} He signs it.`);
  return score(refinement, overall);
}

describe('a refinement', () => {
  it('asks, has the answer scored, and asks for more with the better text', async () => {
    const refinement = begin(await planOf(), madeReport({ overall: 0.3 }));
    const first = askIn(refinement.next());
    expect(first).toMatchObject({ iteration: 1, strategy: 's5', maxTokens: 939 });
    expect(fencedDocument(first.user)?.text).toBe(TEXT);
    const better = `${TEXT.trimEnd()} He signs it.\n`;
    expect(answer(refinement, better)).toEqual({ kind: 'score', text: better });
    const second = askIn(score(refinement, 0.4));
    expect(second).toMatchObject({ iteration: 2, strategy: 's5' });
    expect(fencedDocument(second.user)?.text).toBe(better);
    expect(refinement.next()).toBe(second);
  });

  it('passes a document that the gate lets through, without a call', async () => {
    const plan = await planOf({}, ({ documentation: { overall } }) => overall >= 0.6);
    const row = rowIn(begin(plan, madeReport({ overall: 0.6 })).next());
    expect(row).toMatchObject({
      id: 7,
      text: TEXT,
      accepted: false,
      iterations: 0,
      stopped: 'gate',
      calls: 0,
      steps: [],
    });
  });

  it('stops at the gate', async () => {
    const plan = await planOf({}, ({ documentation: { overall } }) => overall >= 0.6);
    const refinement = begin(plan, madeReport({ overall: 0.3 }));
    improve(refinement, 0.5);
    const row = rowIn(improve(refinement, 0.7));
    expect(row).toMatchObject({ accepted: true, iterations: 2, stopped: 'gate', calls: 2 });
    expect(row.usage).toEqual({ inputTokens: 20, outputTokens: 10, usd: 0.5 });
    expect(row.before.score).toBe(0.3);
    expect(row.after).toMatchObject({ score: 0.7, documentation: { overall: 0.7 } });
    expect(row.steps.map(({ outcome, score }) => [outcome, score])).toEqual([
      ['kept', 0.5],
      ['kept', 0.7],
    ]);
  });

  it('asks another strategy after one that brought nothing, and stops after two in a row', async () => {
    const refinement = begin(await planOf(), madeReport({ overall: 0.3 }));
    expect(askIn(improve(refinement, 0.304)).strategy).toBe('s4');
    const row = rowIn(improve(refinement, 0.2));
    expect(row).toMatchObject({ text: TEXT, accepted: false, iterations: 2, stopped: 'no_gain' });
    expect(row.after).toEqual(row.before);
  });

  it('compares with the best version, not with the last one', async () => {
    const refinement = begin(await planOf({ noGainMax: 9 }), madeReport({ overall: 0.3 }));
    improve(refinement, 0.5);
    improve(refinement, 0.4);
    const { steps } = rowIn(refinement.failed(new MillraceError('ERR_PROVIDER_TIMEOUT', 'late')));
    expect(steps.map(({ outcome }) => outcome)).toEqual(['kept', 'no_gain', 'failed']);
  });

  it('rolls back what gained by losing the meaning, and says what was measured', async () => {
    const refinement = begin(await planOf({ iterations: 1 }), madeReport({ overall: 0.3 }));
    answer(refinement, 'A fine guide shows how people should see, with parts standing in order and help all readers.');
    const row = rowIn(score(refinement, 0.9));
    expect(row).toMatchObject({ text: TEXT, accepted: false });
    expect(row.steps).toEqual([
      {
        strategy: 's5',
        outcome: 'rolled_back',
        reason: 'meaning',
        details: 'content words kept 0.000, at least 0.5 expected',
        score: 0.9,
      },
    ]);
  });

  it('measures the meaning from the original, however small each step', async () => {
    const refinement = begin(await planOf(), madeReport({ overall: 0.3 }));
    const steps = [
      ['harbour master', 'lighthouse keeper'],
      ['every ship that enters', 'any stars which appear'],
      ['evening he counts', 'morning he forgets'],
    ] as const;
    let text = TEXT;
    let overall = 0.3;
    for (const [from, to] of steps) {
      text = text.replace(from, to);
      answer(refinement, text);
      score(refinement, (overall += 0.1));
    }
    const row = rowIn(refinement.failed(new MillraceError('ERR_BUDGET', '')));
    expect(row.steps.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['kept', 'kept', 'meaning']);
  });

  it('does not have scored what came back unchanged or holds no document', async () => {
    const refinement = begin(await planOf({ noGainMax: 9, iterations: 3 }), madeReport());
    expect(answer(refinement, TEXT).kind).toBe('ask');
    expect(refinement.answered({ text: 'No.', finish: 'stop' }, SPENT).kind).toBe('ask');
    answer(refinement, 'Another text.');
    const error = new MillraceError('ERR_WORKER_CRASHED', 'gone');
    const row = rowIn(refinement.scored({ error, source: 'memory', ordinal: 0 }));
    expect(row.stopped).toBe('iterations');
    expect(row.steps.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['unchanged', undefined],
      ['rejected', 'unfenced'],
      ['unscored', 'ERR_WORKER_CRASHED'],
    ]);
  });

  it.each<[ErrorCode, Stopped, number]>([
    ['ERR_BUDGET', 'budget', 1],
    ['ERR_ABORTED', 'aborted', 1],
    ['ERR_PROVIDER_REQUEST', 'failed', 2],
  ])('keeps what it has when a call ends with %s', async (code, stopped, iterations) => {
    const refinement = begin(await planOf(), madeReport({ overall: 0.3 }));
    improve(refinement, 0.5);
    const row = rowIn(refinement.failed(new MillraceError(code, 'no'), { calls: 3, usd: null, usage: undefined }));
    expect(row).toMatchObject({ accepted: true, stopped, iterations, calls: 4, usage: { inputTokens: 10, usd: null } });
  });

  it('asks nothing about a document without a token, or one that no answer could hold', async () => {
    const plan = await planOf();
    expect(rowIn(begin(plan, madeReport({ tokens: 0 }), ' ').next()).stopped).toBe('empty');
    expect(rowIn(begin(plan, madeReport({ bytes: 6 * 16_384 + 1 })).next()).stopped).toBe('too_long');
    expect(askIn(begin(plan, madeReport({ bytes: 6 * 16_384 })).next()).maxTokens).toBe(16_384);
  });

  it('says so when every strategy was asked in vain or has no reason', async () => {
    const one = await planOf({ strategies: ['clarity'] });
    expect(rowIn(improve(begin(one, madeReport({ clarity: 0.1 })), 0.1)).stopped).toBe('exhausted');
    expect(rowIn(begin(one, madeReport({ clarity: 0.9 })).next()).stopped).toBe('exhausted');
  });

  it('judges by another profile', async () => {
    const plan = await planOf({ profile: { miair: 0.01, 'readability.fleschReadingEase': 0.001 } });
    const row = rowIn(begin(plan, madeReport({ tokens: 0, fleschReadingEase: null })).next());
    expect(row.before.score).toBeCloseTo(0.4);
  });

  it('refuses to be told what it did not ask for', async () => {
    const refinement = begin(await planOf(), madeReport());
    expect(() => refinement.scored({ report: madeReport(), objection: undefined })).toThrow(
      /waits for ask was told of score/,
    );
    answer(refinement, 'Another text.');
    expect(() => refinement.failed(new MillraceError('ERR_BUDGET', ''))).toThrow(/waits for score/);
  });
});

const OTHER_KINDS = ['unchanged', 'unfenced', 'unscored', 'failed', 'budget'] as const;

/** What happens to one ask. */
type Event =
  | { readonly kind: 'version'; readonly score: number; readonly isShort: boolean }
  | { readonly kind: (typeof OTHER_KINDS)[number] };

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('version' as const),
      score: fc.integer({ min: 0, max: 200 }).map((score) => score / 200),
      isShort: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom(...OTHER_KINDS) }),
  },
);

interface Scenario {
  readonly first: number;
  readonly events: readonly Event[];
  readonly iterations: number;
  readonly noGainMax: number;
  readonly gainMin: number;
  readonly gateMin: number;
}

const scenarios = fc.record({
  first: fc.integer({ min: 0, max: 100 }).map((score) => score / 200),
  events: fc.array(events, { minLength: 10, maxLength: 10 }),
  iterations: fc.integer({ min: 1, max: 10 }),
  noGainMax: fc.integer({ min: 1, max: 4 }),
  gainMin: fc.constantFrom(0, 0.005, 0.1),
  gateMin: fc.constantFrom(0.4, 0.8, 2),
});

interface Verdict {
  readonly stopped: Stopped;
  readonly score: number;
  readonly outcomes: readonly string[];
  readonly strategies: readonly string[];
}

/** The same decisions in one loop. A short version loses most of the text, so a guard objects. */
function modelOf({ first, events, iterations, noGainMax, gainMin, gateMin }: Scenario): Verdict {
  const scores = [first];
  const outcomes: string[] = [];
  const strategies: string[] = [];
  const left = ALWAYS.map(({ name }) => name);
  const best = (): number => Math.max(...scores);
  const end = (stopped: Stopped): Verdict => ({ stopped, score: best(), outcomes, strategies });
  for (const event of events) {
    if (best() >= gateMin) return end('gate');
    if (outcomes.length === iterations) return end('iterations');
    if (outcomes.slice(-noGainMax).filter((outcome) => outcome !== 'kept').length === noGainMax) return end('no_gain');
    const [strategy] = left;
    if (strategy === undefined) return end('exhausted');
    if (event.kind === 'budget') return end('budget');
    strategies.push(strategy);
    const isGain = event.kind === 'version' && event.score > best() && event.score - best() >= gainMin;
    if (event.kind === 'failed') {
      outcomes.push('failed');
      return end('failed');
    }
    if (event.kind === 'version') outcomes.push(isGain ? (event.isShort ? 'rolled_back' : 'kept') : 'no_gain');
    else outcomes.push(event.kind === 'unfenced' ? 'rejected' : event.kind);
    if (event.kind === 'version' && outcomes.at(-1) === 'kept') scores.push(event.score);
    else left.shift();
  }
  throw new Error('the scenario is too short');
}

function play(plan: RefinePlan, { first, events }: Scenario): RefinedRow {
  const refinement = begin(plan, madeReport({ overall: first }));
  for (const [index, event] of events.entries()) {
    const move = refinement.next();
    if (move.kind === 'done') return move.row;
    const { tag = '', text = '' } = fencedDocument(askIn(move).user) ?? {};
    const told = (): Move => {
      switch (event.kind) {
        case 'failed':
          return refinement.failed(new MillraceError('ERR_PROVIDER_REQUEST', ''), SPENT);
        case 'budget':
          return refinement.failed(new MillraceError('ERR_BUDGET', ''));
        case 'unfenced':
          return refinement.answered({ text: 'Better.', finish: 'stop' }, SPENT);
        case 'unchanged':
          return refinement.answered({ text: fenced(text, tag), finish: 'stop' }, SPENT);
        case 'unscored': {
          refinement.answered({ text: fenced('Another text.', tag), finish: 'stop' }, SPENT);
          const error = new MillraceError('ERR_WORKER_CRASHED', '');
          return refinement.scored({ error, source: 'memory', ordinal: 0 });
        }
        case 'version': {
          const version = event.isShort ? `Ship ${index}.` : `${TEXT}He signs it ${index} times.`;
          refinement.answered({ text: fenced(version, tag), finish: 'stop' }, SPENT);
          return score(refinement, event.score);
        }
      }
    };
    expect(told()).toBe(refinement.next());
  }
  return rowIn(refinement.next());
}

describe('any course of events', () => {
  it('is decided as the model decides it, never for the worse, and the same again', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const { first, iterations, noGainMax, gainMin, gateMin } = scenario;
        const gate: Gate = ({ documentation: { overall } }) => overall >= gateMin;
        const plan = await planOf({ iterations, noGainMax, gainMin }, gate);
        const row = play(plan, scenario);
        const { stopped, score, outcomes, strategies } = modelOf({ ...scenario, events: [...scenario.events, END] });
        expect({ stopped: row.stopped, score: row.after.score }).toEqual({ stopped, score });
        expect(row.steps.map(({ outcome }) => outcome)).toEqual(outcomes);
        expect(row.steps.map(({ strategy }) => strategy)).toEqual(strategies);
        expect(row.after.score).toBeGreaterThanOrEqual(first);
        expect(row.iterations).toBeLessThanOrEqual(iterations);
        expect(row.calls).toBe(row.steps.length);
        expect(row.accepted).toBe(outcomes.includes('kept'));
        expect(row.accepted).toBe(row.text !== TEXT);
        expect(play(plan, scenario)).toEqual(row);
      }),
      { numRuns: 500 },
    );
  });
});

/** Lets the model see that ten events were enough: it stops before it comes to this one. */
const END: Event = { kind: 'budget' };
