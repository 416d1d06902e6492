import { randomBytes } from 'node:crypto';
import { ID_BYTES, KEPT_TEXT_WORDS, ROW_LINE } from '../../workers/kept-texts.js';
import type { KeptTexts, RowsResponse } from '../../workers/protocol.js';
import { cutRows, type BatchRows, type Cut } from './cut-rows.js';
import { SECRET_BYTES, SeenLog, readSeenLog } from './seen-log.js';
import { SeenTexts } from './seen-texts.js';

/** What is left of a batch without repeated documents. */
export interface Sifted extends BatchRows {
  /** Documents that were taken out. */
  readonly repeated: number;
  /** Documents that stay and are not remembered, since there is no room for more. */
  readonly unremembered: number;
  /** What has to be written down so that an interrupted run knows the texts of this batch. */
  readonly log: Uint8Array;
}

/**
 * Takes documents out of a run whose text it has written already: of those with the same text the first in input order stays.
 *
 * To be given the batches in the order of the input. What a filter or the expression rejects is not looked at: another document
 * with its text has its report, and is rejected for the same reason.
 */
export class Repeats {
  /** Key of the checks that the texts come with. */
  readonly secret: Uint8Array;
  readonly #seen: SeenTexts;
  readonly #log: SeenLog;

  private constructor(secret: Uint8Array, seen: SeenTexts, log: SeenLog) {
    this.secret = secret;
    this.#seen = seen;
    this.#log = log;
  }

  /** At the beginning of a run. @param bytesMax - of the texts that are remembered. */
  static begin(bytesMax: number): Repeats {
    const secret = randomBytes(SECRET_BYTES);
    return new Repeats(secret, new SeenTexts(bytesMax), SeenLog.begin(secret));
  }

  /**
   * Where an interrupted run stopped: behind the first `logBytes` of its log.
   *
   * @throws MillraceError `ERR_LEDGER`.
   */
  static async resume(bytesMax: number, log: string, logBytes: number): Promise<Repeats> {
    const seen = new SeenTexts(bytesMax);
    const secret = await readSeenLog(log, logBytes, seen);
    return new Repeats(secret, seen, new SeenLog());
  }

  /**
   * @param source - name of the source, the front of the ids of rows that have none.
   * @param linesBefore - lines of the source before the batch.
   */
  sift(response: RowsResponse, source: string, linesBefore: number): Sifted {
    const { slab, slabBytes, lineIds, rejected, keptTexts } = response;
    const rows = { kept: { slab, slabBytes, lineIds }, rejected };
    const { cuts, unremembered } = this.#look(keptTexts ?? NO_TEXTS, new LineNames(source, linesBefore));
    const left = cuts.length === 0 ? rows : cutRows(rows, (keptTexts ?? NO_TEXTS).rows, cuts);
    return { ...left, repeated: cuts.length, unremembered, log: this.#log.take() };
  }

  #look({ rows, ids }: KeptTexts, names: LineNames): { readonly cuts: Cut[]; readonly unremembered: number } {
    const cuts: Cut[] = [];
    let unremembered = 0;
    let idStart = 0;
    for (let at = 0, row = 0; at < rows.length; at += KEPT_TEXT_WORDS, row++) {
      const idEnd = idStart + rows[at + ID_BYTES]!;
      const first = this.#seen.find(rows, at);
      if (first !== -1) cuts.push({ row, field: repeatField(this.#seen.idOf(first)) });
      else if (!this.#remember(rows, at, ids, idStart, idEnd, names)) unremembered++;
      idStart = idEnd;
    }
    return { cuts, unremembered };
  }

  #remember(rows: Uint32Array, at: number, ids: Uint8Array, start: number, end: number, names: LineNames): boolean {
    if (start === end) {
      const name = names.of(rows[at + ROW_LINE]!);
      return this.#add(rows, at, name, 0, name.length);
    }
    return this.#add(rows, at, ids, start, end);
  }

  #add(rows: Uint32Array, at: number, ids: Uint8Array, start: number, end: number): boolean {
    const isAdded = this.#seen.add(rows, at, ids, start, end);
    if (isAdded) this.#log.add(rows, at, ids, start, end);
    return isAdded;
  }
}

const NO_TEXTS: KeptTexts = { rows: new Uint32Array(0), ids: new Uint8Array(0) };

/** What a rejected row says of why it was: the id is raw JSON. */
function repeatField(id: Uint8Array): Uint8Array {
  return Buffer.concat([FIELD_START, id, FIELD_END]);
}

const FIELD_START = Buffer.from(',"rejected":{"filter":"dedup","reason":"duplicate","of":');
const FIELD_END = Buffer.from('}');

/** The ids of rows that have none of their own. */
class LineNames {
  readonly #front: string;
  readonly #linesBefore: number;

  constructor(source: string, linesBefore: number) {
    this.#front = JSON.stringify(source).slice(0, -1);
    this.#linesBefore = linesBefore;
  }

  of(line: number): Uint8Array {
    return Buffer.from(`${this.#front}:${this.#linesBefore + line}"`);
  }
}
