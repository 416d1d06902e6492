import { MillraceError } from '../../core/errors.js';
import { STOPPED, type RefinedRow, type Step, type Stopped } from '../../refine/row.js';

/** Counts by name, as a checkpoint keeps them. */
export type Totals = Readonly<Record<string, number>>;

/** As much of a row as is counted. */
interface CountedRow extends Pick<RefinedRow, 'accepted' | 'iterations' | 'stopped'> {
  readonly before: { readonly score: number; readonly bytes: number };
  readonly after: { readonly score: number };
  readonly steps: readonly Pick<Step, 'outcome'>[];
}

/** What a row adds to the counts of its run, as numbers that are kept with its line. */
export function countsOf({ stopped, accepted, iterations, steps, before, after }: CountedRow): readonly number[] {
  let rolledBack = 0;
  for (const { outcome } of steps) if (outcome === 'rolled_back') rolledBack++;
  const isFastPath = stopped === 'gate' && iterations === 0;
  return [
    ...[REASONS.indexOf(stopped), Number(isFastPath), Number(accepted), rolledBack],
    ...[before.bytes, before.score, after.score],
  ];
}

/** What the rows and dead letters of a run add up to. */
export class RunTally {
  failed: number;
  /** Passed the gate as they came. */
  fastPath: number;
  accepted: number;
  /** Versions that a guard did not let pass. */
  rolledBack: number;
  /** UTF-8 bytes of the texts as they came. */
  bytes: number;
  /** Sums of the scores of texts as they came, and of the best versions. */
  before: number;
  after: number;
  readonly stopped: Record<Stopped, number>;

  /** Goes on from what `totals` gave. */
  constructor(totals: Totals) {
    const of = (name: string): number => totals[name] ?? 0;
    this.failed = of('failed');
    this.fastPath = of('fastPath');
    this.accepted = of('accepted');
    this.rolledBack = of('rolledBack');
    this.bytes = of('bytes');
    this.before = of('before');
    this.after = of('after');
    this.stopped = { ...NEVER_STOPPED };
    for (const reason of REASONS) this.stopped[reason] = of(`stopped.${reason}`);
  }

  get rows(): number {
    return REASONS.reduce((sum, reason) => sum + this.stopped[reason], 0);
  }

  /**
   * @param counts - as `countsOf` gives them.
   * @throws MillraceError `ERR_LEDGER` for others.
   */
  addRow(counts: readonly number[]): void {
    const [reason = NaN, fastPath = NaN, accepted = NaN, rolledBack = NaN, bytes = NaN, before = NaN, after = NaN] =
      counts;
    const stopped = REASONS[reason];
    if (stopped === undefined || Number.isNaN(after))
      throw new MillraceError('ERR_LEDGER', 'the counts that a row was recorded with are none of this version');
    this.stopped[stopped]++;
    this.fastPath += fastPath;
    this.accepted += accepted;
    this.rolledBack += rolledBack;
    this.bytes += bytes;
    this.before += before;
    this.after += after;
  }

  addDeadLetter(): void {
    this.failed++;
  }

  totals(): Totals {
    const { failed, fastPath, accepted, rolledBack, bytes, before, after } = this;
    const totals: Record<string, number> = { failed, fastPath, accepted, rolledBack, bytes, before, after };
    for (const reason of REASONS) if (this.stopped[reason] > 0) totals[`stopped.${reason}`] = this.stopped[reason];
    return totals;
  }
}

const NEVER_STOPPED: Readonly<Record<Stopped, number>> = Object.freeze({
  gate: 0,
  no_gain: 0,
  exhausted: 0,
  iterations: 0,
  empty: 0,
  too_long: 0,
  budget: 0,
  failed: 0,
  aborted: 0,
});

/** A reason is kept by its place, so the order of `STOPPED` stays. */
const REASONS = Object.keys(STOPPED).filter(isStopped);

function isStopped(value: unknown): value is Stopped {
  return typeof value === 'string' && Object.hasOwn(STOPPED, value);
}
