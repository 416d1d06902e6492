import { crc32 } from 'node:zlib';

import { ledgerError } from '../journal-file.js';
import { CallAccount, type CountedAnswer } from './account.js';
import { isShared, readCounted } from './answer-payload.js';
import type { Checkpoint } from './calls.js';
import { DocumentWindow, type Location } from './document-window.js';
import { lineIn } from './line-payload.js';
import type { OldSegment } from './log.js';
import { OrdinalRuns } from './ordinal-runs.js';
import { RECORD_KIND, visitRecords, type DecodedRecord } from './record.js';
import { listSegments, readSegment } from './segment-file.js';
import type { RunPhase } from './run-file.js';
import { parseCheckpointEntry, parseJson, parseSnapshot, type Snapshot, type Witnessed } from './snapshot.js';

/** A damaged part of a segment. */
export interface Damage {
  readonly segment: number;
  readonly at: number;
  readonly bytes: number;
}

/** What the segments of a run say. */
export interface Recovered {
  readonly session: number;
  readonly account: CallAccount;
  /** The newest checkpoint that is accepted; `undefined` when there are some and none is. */
  readonly written: Written | undefined;
  /** Documents from the oldest checkpoint in the segments on. */
  readonly documents: DocumentWindow;
  /** Where the answers of documents that are begun and not finished lie: those of iterations 0, 1, 2 and so on. */
  readonly answers: Map<number, Location[]>;
  readonly segments: readonly OldSegment[];
  readonly damage: readonly Damage[];
  /** Snapshots that do not say what the records before them add up to, where these are whole. */
  readonly discontinuities: readonly string[];
}

export interface Written {
  readonly checkpoint: Checkpoint;
  readonly witnessed: Witnessed;
  readonly deadLetters: OrdinalRuns;
  /** How many there are to be: the ordinals of some are lost with a damaged record of a checkpoint. */
  readonly deadLetterCount: number;
}

/**
 * Reads the segments of a run, oldest first, one at a time in memory.
 *
 * @param phase - where the segments begin.
 * @param accepts - whether a checkpoint can be gone on from.
 * @throws MillraceError `ERR_LEDGER` when a segment cannot be read, or none has a sound snapshot.
 */
export async function recover(
  dir: string,
  marker: Buffer,
  { initial, segment }: RunPhase,
  accepts: (checkpoint: Checkpoint) => boolean,
): Promise<Recovered> {
  const numbers = (await listSegments(dir)).filter((number) => number >= segment);
  const isWhole = numbers.length === 0 || numbers[0] === segment;
  const start = isWhole ? initial : await firstSnapshot(dir, marker, numbers);
  if (start === undefined) throw ledgerError(dir, 'no segment begins with a sound snapshot');
  const recovery = new Recovery(start, accepts);
  for (const number of numbers) recovery.addSegment(number, await readSegment(dir, number), marker);
  return recovery.result();
}

/** Each segment begins with one; the oldest that is sound counts. */
async function firstSnapshot(dir: string, marker: Buffer, segments: readonly number[]): Promise<Snapshot | undefined> {
  let snapshot: Snapshot | undefined;
  for (const segment of segments) {
    visitRecords(await readSegment(dir, segment), marker, ({ kind, payload }) => {
      if (kind === RECORD_KIND.snapshot) snapshot ??= parseSnapshot(parseJson(payload));
    });
    if (snapshot !== undefined) break;
  }
  return snapshot;
}

class Recovery {
  readonly #accepts: (checkpoint: Checkpoint) => boolean;
  readonly #documents: DocumentWindow;
  readonly #answers = new Map<number, Location[]>();
  readonly #segments: OldSegment[] = [];
  readonly #damage: Damage[] = [];
  readonly #discontinuities: string[] = [];
  #session: number;
  #account: CallAccount;
  #written: Written | undefined;
  /** Whether every record since the last snapshot is there. */
  #isWhole = true;

  constructor(start: Snapshot, accepts: (checkpoint: Checkpoint) => boolean) {
    this.#accepts = accepts;
    this.#documents = new DocumentWindow(start.checkpoint.ordinal);
    this.#session = start.session;
    this.#account = new CallAccount(start.totals, start.outstanding);
    this.#accept(start);
  }

  addSegment(number: number, bytes: Buffer, marker: Buffer): void {
    // One that was removed in between took its share of the sums along.
    if (number !== (this.#segments.at(-1)?.number ?? number) + 1) this.#isWhole = false;
    let ordinalMax = -1;
    let end = 0;
    const damaged = visitRecords(bytes, marker, (record, at) => {
      if (at > end) this.#isWhole = false;
      end = at + record.bytes;
      this.#visit(record, { segment: number, offset: at, bytes: record.bytes });
      if (record.kind !== RECORD_KIND.snapshot && record.kind !== RECORD_KIND.checkpoint) {
        ordinalMax = Math.max(ordinalMax, record.ordinal);
      }
    });
    if (end < bytes.length) this.#isWhole = false;
    this.#damage.push(...damaged.map((range) => ({ segment: number, ...range })));
    this.#segments.push({ number, bytes: bytes.length, ordinalMax });
  }

  result(): Recovered {
    return {
      session: this.#session,
      account: this.#account,
      written: this.#written,
      documents: this.#documents,
      answers: this.#answers,
      segments: this.#segments,
      damage: this.#damage,
      discontinuities: this.#discontinuities,
    };
  }

  #visit(record: DecodedRecord, location: Location): void {
    switch (record.kind) {
      case RECORD_KIND.snapshot:
        this.#visitSnapshot(record, location.segment);
        break;
      case RECORD_KIND.checkpoint:
        this.#visitCheckpoint(record);
        break;
      case RECORD_KIND.sent:
        this.#account.sent(record, record.nanoUsd);
        if (this.#isOpen(record.ordinal)) this.#documents.begin(record.ordinal);
        break;
      case RECORD_KIND.answered:
        this.#countAnswer(record);
        this.#visitAnswer(record, location);
        break;
      case RECORD_KIND.failed:
        this.#account.failed(record, record.nanoUsd, errorIn(record.payload));
        if (this.#isOpen(record.ordinal)) this.#documents.begin(record.ordinal);
        break;
      case RECORD_KIND.row:
      case RECORD_KIND.deadLetter:
        this.#visitFinished(record, location);
        break;
    }
  }

  /** It is the sum of all before it, so it repairs what damage took from the account. */
  #visitSnapshot(record: DecodedRecord, segment: number): void {
    const snapshot = parseSnapshot(parseJson(record.payload));
    if (snapshot === undefined) return;
    if (snapshot.session !== this.#session) this.#account.endSession();
    const found = JSON.stringify(this.#account.totals);
    const told = JSON.stringify(snapshot.totals);
    if (this.#isWhole && found !== told) {
      this.#discontinuities.push(`segment ${segment} begins with ${told}, the records before it add up to ${found}`);
    }
    this.#session = snapshot.session;
    this.#account = new CallAccount(snapshot.totals, snapshot.outstanding);
    this.#isWhole = true;
    this.#accept(snapshot);
  }

  #visitCheckpoint(record: DecodedRecord): void {
    const entry = parseCheckpointEntry(parseJson(record.payload));
    if (entry === undefined || this.#written === undefined || !this.#accepts(entry.checkpoint)) return;
    const { deadLetters, checkpoint } = this.#written;
    // The snapshot of a segment that the record itself began says it already.
    if (entry.checkpoint.ordinal > checkpoint.ordinal) deadLetters.append(entry.deadLetters);
    this.#written = { ...entry, deadLetters };
  }

  #countAnswer(record: DecodedRecord): void {
    if (isShared(record.payload)) this.#account.shared();
    else this.#account.answered(record, record.nanoUsd, readCounted(record.payload) ?? UNREADABLE);
  }

  #visitAnswer({ ordinal, iteration }: DecodedRecord, location: Location): void {
    if (!this.#isOpen(ordinal)) {
      if (this.#documents.state(ordinal) === 'finished') this.#account.repeated();
      return;
    }
    const answers = this.#answers.get(ordinal) ?? [];
    // One behind a gap that damage made is of no use: the document goes on before the gap.
    if (iteration > answers.length) return;
    if (iteration < answers.length) {
      this.#account.repeated();
      return;
    }
    answers.push(location);
    this.#answers.set(ordinal, answers);
    this.#documents.setAnswers(ordinal, answers.length);
  }

  #visitFinished({ kind, ordinal, payload }: DecodedRecord, location: Location): void {
    if (ordinal < this.#documents.base) return;
    this.#answers.delete(ordinal);
    this.#documents.finish(ordinal, {
      kind: kind === RECORD_KIND.row ? 'row' : 'dead-letter',
      location,
      crc: crc32(lineIn(payload)),
    });
  }

  #accept({ checkpoint, witnessed, deadLetters, deadLetterCount }: Snapshot): void {
    if (!this.#accepts(checkpoint)) return;
    this.#written = { checkpoint, witnessed, deadLetters: copyOf(deadLetters), deadLetterCount };
  }

  /** Under way: neither written nor finished. */
  #isOpen(ordinal: number): boolean {
    return ordinal >= this.#documents.base && this.#documents.state(ordinal) !== 'finished';
  }
}

/** An answer of a shape that this version does not know. */
const UNREADABLE: CountedAnswer = Object.freeze({ finish: 'other', usage: undefined });

/** The code at the front of what the record of a failed call carries. */
function errorIn(payload: Buffer): string {
  return payload.toString('utf8', 0, Math.max(0, payload.indexOf(' ')));
}

function copyOf(runs: OrdinalRuns): OrdinalRuns {
  const copy = OrdinalRuns.empty();
  copy.append(runs);
  return copy;
}
