import { CallLedger } from '../../ledger/calls/call-ledger.js';
import type { Opened, OpenedComplete } from '../../ledger/calls/opening.js';
import type { Checkpoint } from '../../ledger/calls/calls.js';
import type { Damage } from '../../ledger/calls/recover.js';
import type { RefineFilesOptions } from './options.js';
import { nameOutput, writtenFiles } from './outputs.js';
import type { PlannedRun } from './plan-run.js';

/** The bounds of a ledger hold no document back that was begun: the run asks for room before, and has so many times as much. */
const BOUNDS_SCALE = 2;
const DOCUMENTS_LIMIT = 2 ** 30;

/** The record of a run that is to be gone on with, or of one that is complete. */
export type OpenedRecord = RunRecord | OpenedComplete;

export interface RunRecord {
  readonly state: 'open';
  readonly ledger: CallLedger;
  readonly start: Checkpoint;
}

/**
 * Opens the ledger of a run. A complete one has its output under its name afterwards.
 *
 * @throws MillraceError as `CallLedger.open`; `ERR_LEDGER` when the output of a complete run is gone.
 */
export async function openRecord(plan: PlannedRun, dir: string): Promise<OpenedRecord> {
  const { retryFailed } = plan.resolved;
  const opened = await openLedger(plan, dir, false);
  if (opened.state === 'complete') {
    // Before a round of retries, which begins a new partial output.
    await nameOutput(plan.paths, plan.streams, opened.checkpoint);
    return retryFailed ? recordOf(await openLedger(plan, dir, true)) : opened;
  }
  if (retryFailed && opened.ledger.reopened === undefined) {
    await opened.ledger.close();
    return recordOf(await openLedger(plan, dir, true)); // which says why not
  }
  return recordOf(opened);
}

async function openLedger(
  { header, paths, resolved, options }: PlannedRun,
  dir: string,
  retryFailed: boolean,
): Promise<Opened | OpenedComplete> {
  const { documentsMax, diskBytesMax } = resolved.ledger;
  const opened = await CallLedger.open(dir, header, {
    files: await writtenFiles(paths),
    options: {
      ...resolved.ledger,
      documentsMax: Math.min(BOUNDS_SCALE * documentsMax, DOCUMENTS_LIMIT),
      diskBytesMax: BOUNDS_SCALE * diskBytesMax,
    },
    retryFailed,
  });
  if (opened.state !== 'complete') warnOfDamage(dir, opened.damage, options.onWarn);
  return opened;
}

function warnOfDamage(dir: string, damage: readonly Damage[], warn: RefineFilesOptions['onWarn']): void {
  if (damage.length === 0) return;
  const bytes = damage.reduce((sum, each) => sum + each.bytes, 0);
  warn?.(`${bytes} bytes of the record in ${dir} are damaged; calls that were recorded there are made again`);
}

function recordOf(opened: Opened | OpenedComplete): OpenedRecord {
  if (opened.state === 'complete') return opened;
  const { ledger, checkpoint } = opened;
  const isRoundBegun = ledger.reopened !== undefined && checkpoint.ordinal === 0;
  return { state: 'open', ledger, start: isRoundBegun ? roundStart(checkpoint) : checkpoint };
}

/** A round of retries goes on counting: the rows of the round before are copied, its dead letters are done anew. */
function roundStart(checkpoint: Checkpoint): Checkpoint {
  return { ...checkpoint, totals: { ...checkpoint.totals, failed: 0, inputBytes: 0 } };
}
