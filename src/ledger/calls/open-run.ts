import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';

import { MillraceError, messageOf } from '../../core/errors.js';
import { ledgerError } from '../journal-file.js';
import { Journal } from '../journal.js';
import { differences, type RunHeader } from '../run.js';
import { MARKER_BYTES } from './record.js';
import { nextPhase, PHASE_START, RUN_FILE_FORMAT, runFilePath, type RunEvent, type RunPhase } from './run-file.js';
import { listSegments, removeSegment } from './segment-file.js';

/** A run that no other process uses. */
export interface OpenedRun {
  readonly journal: Journal<RunEvent>;
  readonly marker: Buffer;
  readonly phase: RunPhase;
  readonly isNew: boolean;
}

/**
 * Opens `run.journal`, or begins one, and begins a round of retries when that is asked for and there are dead letters.
 *
 * @throws MillraceError `ERR_RESUME_MISMATCH`, `ERR_LEDGER`, `ERR_USAGE`, `ERR_OUTPUT_UNWRITABLE`.
 */
export async function openRun(dir: string, header: RunHeader, retryFailed: boolean): Promise<OpenedRun> {
  await makeDirectory(dir);
  const run = (await resumeRun(dir, header)) ?? (await createRun(dir, header));
  try {
    if (run.phase.isComplete) await removeLeftSegments(dir);
    return retryFailed ? await retryRun(dir, run) : run;
  } catch (thrown) {
    await run.journal.close();
    throw thrown;
  }
}

async function resumeRun(dir: string, header: RunHeader): Promise<OpenedRun | undefined> {
  let phase = PHASE_START;
  const path = runFilePath(dir);
  const opened = await Journal.open(path, RUN_FILE_FORMAT, (event) => (phase = nextPhase(phase, event)));
  if (opened === undefined) return undefined;
  const { journal } = opened;
  const found = differences(opened.header.run, header);
  if (found.length > 0) {
    await journal.close();
    throw new MillraceError('ERR_RESUME_MISMATCH', `the run of ${dir} cannot be resumed: ${found.join('; ')}`);
  }
  return { journal, marker: Buffer.from(opened.header.marker, 'hex'), phase, isNew: false };
}

async function createRun(dir: string, header: RunHeader): Promise<OpenedRun> {
  if ((await listSegments(dir)).length > 0) throw ledgerError(dir, 'it holds records of a run, and no run.journal');
  const marker = randomBytes(MARKER_BYTES);
  const head = { run: header, marker: marker.toString('hex') };
  const journal = await Journal.create<typeof head, RunEvent>(runFilePath(dir), RUN_FILE_FORMAT, head);
  return { journal, marker, phase: PHASE_START, isNew: true };
}

async function retryRun(dir: string, run: OpenedRun): Promise<OpenedRun> {
  const { phase, journal } = run;
  const isUnderWay = !phase.isComplete && phase.reopened !== undefined;
  if (isUnderWay || (phase.isComplete && phase.initial.deadLetterCount === 0)) return run;
  if (!phase.isComplete) {
    const message = `the run of ${dir} is not complete; finish it first, then retry what failed`;
    throw new MillraceError('ERR_USAGE', message);
  }
  const event: RunEvent = { event: 'retry' };
  await journal.append(event);
  return { ...run, phase: nextPhase(phase, event) };
}

/** A process was killed between the last record of a run and the removal of what led to it. */
async function removeLeftSegments(dir: string): Promise<void> {
  for (const segment of await listSegments(dir)) await removeSegment(dir, segment);
}

async function makeDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (thrown) {
    throw new MillraceError('ERR_OUTPUT_UNWRITABLE', `${dir} cannot be made: ${messageOf(thrown)}`, { cause: thrown });
  }
}
