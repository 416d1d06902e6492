import { CALL_TOTALS, type CallTotals } from './account.js';
import type { Checkpoint } from './calls.js';
import { OrdinalRuns } from './ordinal-runs.js';

/** Checksums of what is written. */
export interface Witnessed {
  readonly rows: number;
  readonly deadLetters: number;
}

/** All that a run's records add up to, but for the documents that are under way. Plain JSON but for the runs. */
export interface Snapshot {
  /** Counts how often the run was opened. */
  readonly session: number;
  readonly totals: CallTotals;
  /** Calls that have not ended: key and worst case, alternating. */
  readonly outstanding: readonly number[];
  readonly checkpoint: Checkpoint;
  readonly witnessed: Witnessed;
  /** Ordinals of the dead letters below the checkpoint. */
  readonly deadLetters: OrdinalRuns;
  /** How many they are; fewer ordinals are known when a record of a checkpoint was damaged. */
  readonly deadLetterCount: number;
}

/** What a record of a checkpoint carries. */
export interface CheckpointEntry {
  readonly checkpoint: Checkpoint;
  readonly witnessed: Witnessed;
  /** Of those alone that are new since the checkpoint before. */
  readonly deadLetters: OrdinalRuns;
  /** Of all. */
  readonly deadLetterCount: number;
}

export function parseSnapshot(value: unknown): Snapshot | undefined {
  if (!isObject(value)) return undefined;
  const { session, totals, outstanding, checkpoint, witnessed, deadLetterCount } = value;
  const deadLetters = OrdinalRuns.parse(value['deadLetters']);
  if (!isCount(session) || !isTotals(totals) || !isCheckpoint(checkpoint) || !isWitnessed(witnessed)) return undefined;
  if (!Array.isArray(outstanding) || outstanding.length % 2 !== 0 || !outstanding.every(isCount)) return undefined;
  if (deadLetters === undefined || !isCount(deadLetterCount)) return undefined;
  return { session, totals, outstanding, checkpoint, witnessed, deadLetters, deadLetterCount };
}

export function parseCheckpointEntry(value: unknown): CheckpointEntry | undefined {
  if (!isObject(value)) return undefined;
  const { checkpoint, witnessed, deadLetterCount } = value;
  const deadLetters = OrdinalRuns.parse(value['deadLetters']);
  if (!isCheckpoint(checkpoint) || !isWitnessed(witnessed) || !isCount(deadLetterCount)) return undefined;
  return deadLetters && { checkpoint, witnessed, deadLetters, deadLetterCount };
}

/** The JSON in a payload; `undefined` for what is none. */
export function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** True for a complete and sound checkpoint. */
export function isCheckpoint(value: unknown): value is Checkpoint {
  if (!isObject(value)) return false;
  const { ordinal, outputBytes, failedBytes, place, totals } = value;
  return isCount(ordinal) && isCount(outputBytes) && isCount(failedBytes) && isNumbers(place) && isNumbers(totals);
}

function isNumbers(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((number) => Number.isFinite(number));
}

function isTotals(value: unknown): value is CallTotals {
  return isObject(value) && CALL_TOTALS.every((name) => isCount(value[name]));
}

function isWitnessed(value: unknown): value is Witnessed {
  return isObject(value) && isCount(value['rows']) && isCount(value['deadLetters']);
}
