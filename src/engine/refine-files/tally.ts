import { MillraceError } from '../../core/errors.js';
import { STOPPED, type RefinedRow, type Step, type Stopped } from '../../refine/row.js';

/** Counts by name, as a checkpoint keeps them. */
export type Totals = Readonly<Record<string, number>>;

/** What one row adds to the counts of its run. */
export interface RowTally {
  readonly stopped: Stopped;
  /** It passed the gate as it came. */
  readonly isFastPath: boolean;
  readonly isAccepted: boolean;
  /** Versions that a guard did not let pass. */
  readonly rolledBack: number;
  /** UTF-8 bytes of the text as it came. */
  readonly bytes: number;
  /** Scores of the text as it came, and of the best version. */
  readonly before: number;
  readonly after: number;
}

/** As much of a row as is counted. */
interface CountedRow extends Pick<RefinedRow, 'accepted' | 'iterations' | 'stopped'> {
  readonly before: { readonly score: number; readonly bytes: number };
  readonly after: { readonly score: number };
  readonly steps: readonly Pick<Step, 'outcome'>[];
}

export function tallyOf({ stopped, accepted, iterations, steps, before, after }: CountedRow): RowTally {
  let rolledBack = 0;
  for (const { outcome } of steps) if (outcome === 'rolled_back') rolledBack++;
  return {
    stopped,
    isFastPath: stopped === 'gate' && iterations === 0,
    isAccepted: accepted,
    rolledBack,
    bytes: before.bytes,
    before: before.score,
    after: after.score,
  };
}

/**
 * The same, of a row that is written out: one of an earlier session, or one that waited for so long that it was let go of.
 *
 * @throws MillraceError `ERR_LEDGER` when the line is no row.
 */
export function tallyOfLine(line: Uint8Array): RowTally {
  const row: unknown = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString());
  if (isCountedRow(row)) return tallyOf(row);
  throw new MillraceError('ERR_LEDGER', 'a line that the run has written is no row of refine');
}

/** What the rows and dead letters of a run add up to. */
export class RunTally {
  failed: number;
  fastPath: number;
  accepted: number;
  rolledBack: number;
  bytes: number;
  /** Sums over the rows. */
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

  addRow({ stopped, isFastPath, isAccepted, rolledBack, bytes, before, after }: RowTally): void {
    this.stopped[stopped]++;
    if (isFastPath) this.fastPath++;
    if (isAccepted) this.accepted++;
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

const REASONS = Object.keys(STOPPED).filter(isStopped);

function isStopped(value: unknown): value is Stopped {
  return typeof value === 'string' && Object.hasOwn(STOPPED, value);
}

function isCountedRow(value: unknown): value is CountedRow {
  if (!isObject(value)) return false;
  const { stopped, accepted, iterations, steps, before, after } = value;
  if (!isStopped(stopped) || typeof accepted !== 'boolean' || typeof iterations !== 'number') return false;
  if (!Array.isArray(steps) || !steps.every((step) => isObject(step) && typeof step['outcome'] === 'string'))
    return false;
  if (!isObject(before) || !isObject(after)) return false;
  return [before['score'], before['bytes'], after['score']].every((each) => typeof each === 'number');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
