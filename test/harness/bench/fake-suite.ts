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
}

export function fakeSuite({ subjectMs = () => 10, baselineMs = () => 50, check }: FakeOptions = {}): FakeSuite {
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
      return Promise.resolve({
        cases: [
          scoring({ name: 'subject', against: ['baseline'] }, context, documents, taking('subject', subjectMs)),
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
