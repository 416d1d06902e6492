import { createReadStream } from 'node:fs';
import { MillraceError, messageOf } from '../../core/errors.js';
import { TEXT_HASH_WORDS } from '../../workers/text-hasher.js';
import type { SeenTexts } from './seen-texts.js';

/*
 * The texts of a run in the order in which they were remembered, for whoever goes on with it:
 *   │ "millrace dedup 1" 16 bytes │ secret of the checks, 16 bytes │ text │ text │ …
 *   text  │ digest and check, 6 words │ bytes of the id, 1 word │ the id, raw JSON, and zeros up to a whole word │
 * Words are u32 in the byte order of the machine: the log is read where it was written.
 */
const MAGIC = Buffer.from('millrace dedup 1');
export const SECRET_BYTES = 16;
const HEAD_BYTES = MAGIC.length + SECRET_BYTES;
const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const RECORD_WORDS = TEXT_HASH_WORDS + 1;
const ID_BYTES = TEXT_HASH_WORDS;
const RECORD_BYTES = RECORD_WORDS * WORD_BYTES;

/** What is written down of remembered texts, batch by batch. */
export class SeenLog {
  #words = new Uint32Array(8 * 1024);
  #bytes = new Uint8Array(this.#words.buffer);
  #length = 0;

  /** A log from its beginning: the secret by which checks are computed goes first. */
  static begin(secret: Uint8Array): SeenLog {
    const log = new SeenLog();
    log.#bytes.set(MAGIC, 0);
    log.#bytes.set(secret, MAGIC.length);
    log.#length = HEAD_BYTES;
    return log;
  }

  /** Adds what was added to the texts. */
  add(words: Uint32Array, at: number, ids: Uint8Array, start: number, end: number): void {
    this.#makeRoom(RECORD_BYTES + wholeWords(end - start));
    const record = this.#length / WORD_BYTES;
    for (let word = 0; word < TEXT_HASH_WORDS; word++) this.#words[record + word] = words[at + word]!;
    this.#words[record + ID_BYTES] = end - start;
    const bytes = this.#bytes;
    let to = this.#length + RECORD_BYTES;
    for (let from = start; from < end; from++) bytes[to++] = ids[from]!;
    while (to % WORD_BYTES !== 0) bytes[to++] = 0;
    this.#length = to;
  }

  /** What was added since the last call; the bytes are the caller's. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint32Array(Math.max(2 * this.#words.length, (this.#length + bytes) / WORD_BYTES));
    larger.set(this.#words);
    this.#words = larger;
    this.#bytes = new Uint8Array(larger.buffer);
  }
}

/**
 * Remembers the texts of a log's first `bytes`; returns its secret.
 *
 * @throws MillraceError `ERR_LEDGER` when the file is no log, or does not end with a whole text there.
 */
export async function readSeenLog(path: string, bytes: number, seen: SeenTexts): Promise<Uint8Array> {
  let secret: Uint8Array | undefined;
  let rest = Buffer.alloc(0);
  try {
    for await (const piece of createReadStream(path, { end: bytes - 1, highWaterMark: READ_BYTES })) {
      rest = Buffer.concat([rest, asBytes(piece)]);
      if (secret === undefined && rest.length >= HEAD_BYTES) {
        if (!rest.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('it begins with something else');
        secret = Uint8Array.from(rest.subarray(MAGIC.length, HEAD_BYTES));
        rest = rest.subarray(HEAD_BYTES);
      }
      if (secret !== undefined) rest = rest.subarray(remember(rest, seen));
    }
    if (secret === undefined || rest.length > 0) throw new Error('it breaks off');
    return secret;
  } catch (thrown) {
    const message = `${path} does not hold the texts of the run to resume: ${messageOf(thrown)}`;
    throw new MillraceError('ERR_LEDGER', message, { cause: thrown });
  }
}

const READ_BYTES = 256 * 1024;

function asBytes(piece: unknown): Buffer {
  if (Buffer.isBuffer(piece)) return piece;
  throw new TypeError('a stream of bytes gave something else');
}

/** Remembers the texts that are there whole; returns where the rest begins. */
function remember(bytes: Buffer, seen: SeenTexts): number {
  const record = new Uint32Array(RECORD_WORDS);
  const recordBytes = new Uint8Array(record.buffer);
  let at = 0;
  while (at + RECORD_BYTES <= bytes.length) {
    recordBytes.set(bytes.subarray(at, at + RECORD_BYTES));
    const start = at + RECORD_BYTES;
    const end = start + record[ID_BYTES]!;
    if (start + wholeWords(end - start) > bytes.length) break;
    seen.add(record, 0, bytes, start, end);
    at = start + wholeWords(end - start);
  }
  return at;
}

function wholeWords(bytes: number): number {
  return Math.ceil(bytes / WORD_BYTES) * WORD_BYTES;
}
