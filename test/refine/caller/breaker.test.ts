/**
 * Compares the breaker with a slow model that keeps every outcome with its time, on random calls, outcomes and pauses: which calls
 * pass, in which state, and that of half-open just one passes until its outcome is known.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breaker, resolveBreakerOptions, type Health, type Round } from '../../../src/refine/caller/breaker.js';

const WINDOW_MS = 100;
const PART_MS = WINDOW_MS / 10;
const OPEN_MS = 50;
const CALLS_MIN = 4;
const SHARE = 0.5;

/** Outcomes are forgotten part by part, as the breaker does. */
class Model {
  state: 'closed' | 'open' = 'closed';
  openUntilMs = 0;
  probe: number | undefined;
  outcomes: { readonly atMs: number; readonly bad: boolean }[] = [];
  /** Calls that passed before this one do not count. */
  oldest = 0;

  tryPass(call: number, nowMs: number): boolean {
    if (this.state === 'closed') return true;
    if (this.probe !== undefined || nowMs < this.openUntilMs) return false;
    this.probe = call;
    return true;
  }

  record(call: number, health: Health, nowMs: number, next: number): void {
    if (this.state === 'open') {
      if (call !== this.probe) return;
      this.probe = undefined;
      if (health === 'bad') this.openUntilMs = nowMs + OPEN_MS;
      if (health === 'good') Object.assign(this, { state: 'closed', outcomes: [], oldest: next });
      return;
    }
    if (call < this.oldest || health === 'unknown') return;
    this.outcomes.push({ atMs: nowMs, bad: health === 'bad' });
    const part = Math.floor(nowMs / PART_MS);
    const recent = this.outcomes.filter(({ atMs }) => Math.floor(atMs / PART_MS) > part - 10);
    const failures = recent.filter(({ bad }) => bad).length;
    if (health === 'good' || recent.length < CALLS_MIN || failures / recent.length < SHARE) return;
    this.state = 'open';
    this.openUntilMs = nowMs + OPEN_MS;
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('record' as const),
      pick: fc.nat(),
      health: fc.constantFrom<Health>('good', 'bad', 'bad', 'unknown'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 120 }) }) },
);

describe('Breaker', () => {
  it('does as the model does', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
        const options = { windowMs: WINDOW_MS, openMs: OPEN_MS, callsMin: CALLS_MIN, failureShare: SHARE };
        const breaker = new Breaker(resolveBreakerOptions(options));
        const model = new Model();
        const flying: { readonly call: number; readonly round: Round }[] = [];
        let nowMs = 0;
        let calls = 0;
        for (const each of steps) {
          if (each.kind === 'wait') nowMs += each.ms;
          else if (each.kind === 'pass') {
            const call = calls++;
            const round = breaker.tryPass(nowMs);
            expect(round !== undefined).toBe(model.tryPass(call, nowMs));
            if (round !== undefined) flying.push({ call, round });
          } else {
            const [ended] = flying.splice(each.pick % Math.max(1, flying.length), 1);
            if (ended === undefined) continue;
            breaker.record(ended.round, each.health, nowMs);
            model.record(ended.call, each.health, nowMs, calls);
          }
          const isReady = model.probe !== undefined || nowMs >= model.openUntilMs;
          const expected = model.state === 'closed' ? 'closed' : isReady ? 'half-open' : 'open';
          // After an inconclusive probe, or while one is under way, it stays half-open.
          expect(breaker.state(nowMs)).toBe(expected);
          seen.add(expected);
          const passes = model.state === 'closed' || (model.probe === undefined && nowMs >= model.openUntilMs);
          expect(breaker.passesAtMs <= nowMs).toBe(passes);
        }
      }),
      { numRuns: 500 },
    );
    expect([...seen].sort()).toEqual(['closed', 'half-open', 'open']);
  });

  it('is tripped until a moment, also while a call decides, whose outcome then does not count', () => {
    const breaker = new Breaker(resolveBreakerOptions({ openMs: 10 }));
    breaker.trip(100);
    expect(breaker.tryPass(99)).toBeUndefined();
    const probe = breaker.tryPass(100)!;
    breaker.trip(500);
    expect(breaker.record(probe, 'good', 200)).toBe(false);
    expect(breaker.state(499)).toBe('open');
    expect(breaker.passesAtMs).toBe(500);
  });
});
