import { crc32 } from 'node:zlib';

import { ledgerError, readJournal } from '../journal-file.js';
import { acquireLock } from '../lock.js';
import { differences, type RunHeader, type RunInput } from '../run.js';
import { CallAccount, type Money } from './account.js';
import type { Checkpoint } from './calls.js';
import { recover, type Damage, type Written } from './recover.js';
import { nextPhase, PHASE_START, RUN_FILE_FORMAT, runFilePath, type RunPhase } from './run-file.js';
import { Witness } from './witness.js';

/** What the ledger of a run says. */
export interface InspectedRun {
  /** What the run was asked to do, its inputs among it. */
  readonly header: RunHeader;
  readonly isComplete: boolean;
  readonly checkpoint: Checkpoint;
  readonly deadLetterCount: number;
  readonly money: Money;
  readonly damage: readonly Damage[];
}

/** What there is of a run besides its ledger. */
export interface RunEvidence {
  /** The inputs as they are now; left out, they are not compared. */
  readonly inputs?: readonly RunInput[];
  /** Documents in the inputs, counted anew; left out, they are not compared. */
  readonly documents?: number;
  /** What the run may have spent at most, in billionths of a US dollar; left out, there is no bound. */
  readonly budgetNanoUsd?: number;
  /** The output, not compressed: the partial one of a run that is not complete. */
  readonly output: AsyncIterable<Uint8Array>;
  /** The dead letters; nothing when there is no file. */
  readonly deadLetters: AsyncIterable<Uint8Array>;
}

/** Something that does not add up. */
export interface Difference {
  readonly kind: 'incomplete' | 'ledger' | 'inputs' | 'documents' | 'output' | 'dead-letters' | 'calls' | 'money';
  /** One line: what was expected, and what there is. */
  readonly message: string;
}

/**
 * Reads the ledger of a run and changes nothing.
 *
 * @throws MillraceError `ERR_LEDGER` when there is none, it cannot be read, or a process uses it.
 */
export async function inspectRun(dir: string): Promise<InspectedRun> {
  const { header, phase, written, account, damage } = await readRun(dir);
  const { checkpoint, deadLetterCount } = written;
  return { header, isComplete: phase.isComplete, checkpoint, deadLetterCount, money: account.money(), damage };
}

/**
 * Holds a run's ledger against its files. No difference proves that
 *
 * - each document of the input has one row or one dead letter, in order, with the bytes that it was finished with: the lines
 *   are counted, and their checksums entered, document by document, into the checksum that the ledger kept;
 * - no answered call was made twice, and every call that was sent was answered, failed, or given up with its run;
 * - what was spent is what these were charged, and within the budget.
 *
 * Of a run that is not complete the part up to the checkpoint is held so.
 *
 * @throws MillraceError as `inspectRun`, and what reading the evidence throws.
 */
export async function* verifyRun(dir: string, evidence: RunEvidence): AsyncGenerator<Difference, void, undefined> {
  const run = await readRun(dir);
  const { checkpoint, deadLetterCount } = run.written;
  const isComplete = run.phase.isComplete;
  if (!isComplete)
    yield { kind: 'incomplete', message: `the run is not complete: ${checkpoint.ordinal} documents are written` };
  yield* ledgerDifferences(run);
  yield* inputDifferences(run.header, evidence.inputs);
  if (isComplete && evidence.documents !== undefined && evidence.documents !== checkpoint.ordinal) {
    const message = `the inputs hold ${evidence.documents} documents, the run wrote ${checkpoint.ordinal}`;
    yield { kind: 'documents', message };
  }
  const isKnown = run.written.deadLetters.count === deadLetterCount;
  const isDead = (ordinal: number): boolean => run.written.deadLetters.has(ordinal);
  const rows = {
    count: checkpoint.ordinal - deadLetterCount,
    witness: run.written.witnessed.rows,
    isKnown,
    isComplete,
  };
  const dead = { count: deadLetterCount, witness: run.written.witnessed.deadLetters, isKnown, isComplete };
  yield* lineDifferences('output', evidence.output, ordinalsWithout(checkpoint.ordinal, isDead), rows);
  yield* lineDifferences('dead-letters', evidence.deadLetters, run.written.deadLetters, dead);
  yield* callDifferences(run.account.money(), evidence.budgetNanoUsd);
}

interface ReadRun {
  readonly header: RunHeader;
  readonly phase: RunPhase;
  readonly written: Written;
  readonly account: CallAccount;
  readonly damage: readonly Damage[];
  readonly discontinuities: readonly string[];
}

async function readRun(dir: string): Promise<ReadRun> {
  const path = runFilePath(dir);
  let phase = PHASE_START;
  const contents = await readJournal(path, RUN_FILE_FORMAT, (event) => (phase = nextPhase(phase, event)));
  if (contents === undefined) throw ledgerError(dir, 'it is no directory of a run');
  const { run: header, marker } = contents.header;
  const { totals, outstanding } = phase.initial;
  if (phase.isComplete) {
    const account = new CallAccount(totals, outstanding);
    return { header, phase, written: phase.initial, account, damage: [], discontinuities: [] };
  }
  // Segments would vanish under our hands.
  const lock = await acquireLock(path);
  try {
    const found = await recover(dir, Buffer.from(marker, 'hex'), phase, () => true);
    if (found.written === undefined) throw ledgerError(dir, 'it holds no checkpoint');
    found.account.endSession();
    const { written, account, damage, discontinuities } = found;
    return { header, phase, written, account, damage, discontinuities };
  } finally {
    await lock.release();
  }
}

function* ledgerDifferences({ damage, discontinuities, written }: ReadRun): Generator<Difference, void, undefined> {
  for (const { segment, at, bytes } of damage) {
    yield { kind: 'ledger', message: `segment ${segment}: ${bytes} bytes from byte ${at} on are damaged` };
  }
  for (const message of discontinuities) yield { kind: 'ledger', message };
  const { count } = written.deadLetters;
  if (count !== written.deadLetterCount) {
    const message = `of ${written.deadLetterCount} dead letters only the ordinals of ${count} are known`;
    yield { kind: 'ledger', message };
  }
}

function* inputDifferences(
  header: RunHeader,
  inputs: readonly RunInput[] | undefined,
): Generator<Difference, void, undefined> {
  if (inputs === undefined) return;
  for (const message of differences(header, { ...header, inputs })) yield { kind: 'inputs', message };
}

function* callDifferences(money: Money, budgetNanoUsd: number | undefined): Generator<Difference, void, undefined> {
  const { sent, answered, failed, lost, repeated } = money;
  if (repeated > 0) yield { kind: 'calls', message: `${repeated} answered calls were made again` };
  if (sent !== answered + failed + lost) {
    const message = `${sent} calls were sent; ${answered} were answered, ${failed} failed and ${lost} were given up`;
    yield { kind: 'calls', message };
  }
  const { spentNanoUsd } = money;
  if (budgetNanoUsd === undefined || spentNanoUsd <= budgetNanoUsd) return;
  yield { kind: 'money', message: `${spentNanoUsd / NANO_USD} USD were spent of ${budgetNanoUsd / NANO_USD}` };
}

interface ExpectedLines {
  readonly count: number;
  readonly witness: number;
  /** Whether it is known which documents they are of. */
  readonly isKnown: boolean;
  /** Whether no line may follow. */
  readonly isComplete: boolean;
}

async function* lineDifferences(
  kind: 'output' | 'dead-letters',
  pieces: AsyncIterable<Uint8Array>,
  ordinals: Iterable<number, void, undefined>,
  { count, witness, isKnown, isComplete }: ExpectedLines,
): AsyncGenerator<Difference, void, undefined> {
  const found = new Witness();
  const documents = ordinals[Symbol.iterator]();
  let lines = 0;
  for await (const { crc, isTorn } of lineChecksums(pieces)) {
    if (lines === count && !isComplete) break;
    if (isTorn) {
      yield { kind, message: `line ${lines + 1} does not end` };
      break;
    }
    lines++;
    if (lines > count) continue;
    const next = documents.next();
    if (next.done !== true) found.add(next.value, crc);
  }
  if (lines !== count) yield { kind, message: `${count} lines were written, there are ${lines}` };
  else if (isKnown && found.value !== witness) {
    yield { kind, message: `the ${count} lines are not those that were written: some are changed or out of order` };
  }
}

interface LineChecksum {
  /** Of the line with its line feed. */
  readonly crc: number;
  /** Whether it has none. */
  readonly isTorn: boolean;
}

async function* lineChecksums(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<LineChecksum, void, undefined> {
  let crc = 0;
  let isTorn = false;
  for await (const piece of pieces) {
    let from = 0;
    for (let lf = piece.indexOf(LF); lf !== -1; lf = piece.indexOf(LF, from)) {
      yield { crc: crc32(piece.subarray(from, lf + 1), crc), isTorn: false };
      crc = 0;
      isTorn = false;
      from = lf + 1;
    }
    if (from === piece.length) continue;
    crc = crc32(piece.subarray(from), crc);
    isTorn = true;
  }
  if (isTorn) yield { crc, isTorn };
}

function* ordinalsWithout(end: number, isDead: (ordinal: number) => boolean): Generator<number, void, undefined> {
  for (let ordinal = 0; ordinal < end; ordinal++) if (!isDead(ordinal)) yield ordinal;
}

const LF = 0x0a;
const NANO_USD = 1e9;
