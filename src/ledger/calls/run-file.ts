import { join } from 'node:path';

import { readJournal, type JournalFormat } from '../journal-file.js';
import { parseRunHeader, type RunHeader } from '../run.js';
import { NO_CALLS } from './account.js';
import { CHECKPOINT_START, type Checkpoint } from './calls.js';
import { OrdinalRuns } from './ordinal-runs.js';
import { MARKER_BYTES } from './record.js';
import { isCount, isObject, parseSnapshot, type Snapshot } from './snapshot.js';

/** The header of `run.journal`. */
export interface RunFileHeader {
  readonly run: RunHeader;
  /** The marker of the run's records, in hexadecimal digits. */
  readonly marker: string;
}

/** A record of `run.journal`. */
export type RunEvent =
  /** All is written: what the segments added up to, before they were removed. */
  | { readonly event: 'complete'; readonly segment: number; readonly snapshot: Snapshot }
  /** The dead letters of the round before are tried again. */
  | { readonly event: 'retry' };

/** Where the segments of a run begin, by its events. */
export interface RunPhase {
  /** What the run was before the first segment of this round. */
  readonly initial: Snapshot;
  /** Number of that segment. */
  readonly segment: number;
  /** Nothing is left to do. */
  readonly isComplete: boolean;
  /** The documents that a round of retries does anew; `undefined` in the first round. */
  readonly reopened: OrdinalRuns | undefined;
}

export const PHASE_START: RunPhase = Object.freeze({
  initial: Object.freeze({ session: 0, totals: NO_CALLS, outstanding: [], ...nothingWritten() }),
  segment: 1,
  isComplete: false,
  reopened: undefined,
});

export const RUN_FILE_FORMAT: JournalFormat<RunFileHeader, RunEvent> = {
  name: 'millrace-calls',
  version: 2,
  parseHeader: (value) => {
    if (!isObject(value)) return undefined;
    const { marker } = value;
    const run = parseRunHeader(value['run']);
    if (run === undefined || typeof marker !== 'string' || !/^[0-9a-f]+$/.test(marker)) return undefined;
    return marker.length === 2 * MARKER_BYTES ? { run, marker } : undefined;
  },
  parseRecord: (value) => {
    if (!isObject(value)) return undefined;
    const { event, segment } = value;
    if (event === 'retry') return { event };
    const snapshot = parseSnapshot(value['snapshot']);
    if (event !== 'complete' || !isCount(segment) || snapshot === undefined) return undefined;
    return { event, segment, snapshot };
  },
};

export function runFilePath(dir: string): string {
  return join(dir, 'run.journal');
}

/**
 * What the run of a directory was asked to do; `undefined` when there is none. It may be under way meanwhile.
 *
 * @throws MillraceError `ERR_LEDGER`.
 */
export async function readRunHeader(dir: string): Promise<RunHeader | undefined> {
  const contents = await readJournal(runFilePath(dir), RUN_FILE_FORMAT, () => undefined);
  return contents?.header.run;
}

/** The phase after an event. Calls, money and the run's own counts go on over all rounds; what is written begins anew. */
export function nextPhase(phase: RunPhase, event: RunEvent): RunPhase {
  switch (event.event) {
    case 'complete':
      return { ...phase, initial: event.snapshot, segment: event.segment, isComplete: true };
    case 'retry':
      return {
        initial: { ...phase.initial, ...nothingWritten(phase.initial.checkpoint.totals) },
        segment: phase.segment,
        isComplete: false,
        reopened: phase.initial.deadLetters,
      };
  }
}

function nothingWritten(
  totals: Checkpoint['totals'] = CHECKPOINT_START.totals,
): Pick<Snapshot, 'checkpoint' | 'witnessed' | 'deadLetters' | 'deadLetterCount'> {
  return {
    checkpoint: { ...CHECKPOINT_START, totals },
    witnessed: { rows: 0, deadLetters: 0 },
    deadLetters: OrdinalRuns.empty(),
    deadLetterCount: 0,
  };
}
