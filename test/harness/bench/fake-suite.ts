/** A suite without an engine: cases that take as long as they are told, by a clock that is moved by hand. */
import type { Suite, SuiteContext } from '../../../src/harness/bench/suite.js';
import { scoring } from '../../../src/harness/bench/suite.js';
import { ManualClock } from '../../support/manual-clock.js';

export interface FakeSuite {
  readonly suite: Suite;
  readonly clock: ManualClock;
  /** What was called, in order: `open`, `check`, names of cases, `close`. */
  readonly calls: string[];
  /** The contexts that the suite was opened with. */
  readonly contexts: SuiteContext[];
}

export interface FakeOptions {
  /** Milliseconds of a run of the subject, by how many there were before; and of the baseline. */
  readonly subjectMs?: (run: number) => number;
  readonly baselineMs?: (run: number) => number;
  readonly check?: () => Promise<void>;
  /** What the subject measures, in place of its documents a minute. */
  readonly subjectValue?: number;
}

export function fakeSuite({
  subjectMs = () => 10,
  baselineMs = () => 50,
  check,
  subjectValue,
}: FakeOptions = {}): FakeSuite {
  const [clock, calls, contexts] = [new ManualClock(), [] as string[], [] as SuiteContext[]];
  const taking = (name: string, msOf: (run: number) => number) => {
    let runs = 0;
    return () => {
      calls.push(name);
      clock.advance(msOf(runs++));
    };
  };
  const suite: Suite = {
    name: 'kernel',
    title: 'A fake',
    seconds: 10,
    open: (context) => {
      calls.push('open');
      contexts.push(context);
      const { documents } = context;
      const options = { name: 'subject', against: ['baseline'] };
      const subject = scoring(options, context, documents, taking('subject', subjectMs));
      return Promise.resolve({
        cases: [
          subjectValue === undefined ? subject : { ...subject, run: () => subjectValue },
          scoring({ name: 'baseline', role: 'baseline' }, context, documents, taking('baseline', baselineMs)),
        ],
        check: () => {
          calls.push('check');
          return check?.() ?? Promise.resolve();
        },
        close: () => {
          calls.push('close');
          return Promise.resolve();
        },
      });
    },
  };
  return { suite, clock, calls, contexts };
}
