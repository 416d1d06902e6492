import { crc32 } from 'node:zlib';

/**
 * A record of a segment; numbers are little-endian:
 *
 * ```
 *  0        8          12              16        20     21          22        23         24        32
 *  ┌────────┬──────────┬───────────────┬─────────┬──────┬───────────┬─────────┬──────────┬─────────┬─────────┐
 *  │ marker │ checksum │ payload bytes │ ordinal │ kind │ iteration │ attempt │ 0        │ nanoUsd │ payload │
 *  │ 8      │ u32      │ u32           │ u32     │ u8   │ u8        │ u8      │ u8       │ f64     │         │
 *  └────────┴──────────┴───────────────┴─────────┴──────┴───────────┴─────────┴──────────┴─────────┴─────────┘
 * ```
 *
 * The checksum is the CRC-32 of everything behind it. The marker is 8 random bytes of the run. It is what is looked for behind damage, and a text that holds the
 * bytes of a record does not hold it.
 */
export interface RecordHead {
  readonly kind: RecordKind;
  readonly ordinal: number;
  readonly iteration: number;
  readonly attempt: number;
  /** The most that a sent call costs, or what an ended one was charged. */
  readonly nanoUsd: number;
}

/** Numbers on disk: append, never renumber. */
export const RECORD_KIND = Object.freeze({
  snapshot: 1,
  sent: 2,
  answered: 3,
  failed: 4,
  row: 5,
  deadLetter: 6,
  checkpoint: 7,
});

export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND];

/** A record in the bytes that it was read from. */
export interface DecodedRecord extends RecordHead {
  /** Of the whole record. */
  readonly bytes: number;
  readonly payload: Buffer;
}

/** What a record carries, written straight into its place. */
export interface Payload {
  readonly bytesMax: number;
  /** @returns how many bytes it wrote. */
  write(target: Buffer, at: number): number;
}

export const HEAD_BYTES = 32;
export const MARKER_BYTES = 8;

const CHECKSUM = 8;
const SUMMED = 12;
const PAYLOAD_BYTES = 12;
const ORDINAL = 16;
const KIND = 20;
const ITERATION = 21;
const ATTEMPT = 22;
const RESERVED = 23;
const NANO_USD = 24;

/**
 * Writes a record at `at`, where there is room for its head and `payload.bytesMax`.
 *
 * @returns the bytes of the whole record.
 */
export function writeRecord(
  target: Buffer,
  at: number,
  marker: Buffer,
  { kind, ordinal, iteration, attempt, nanoUsd }: RecordHead,
  payload: Payload,
): number {
  const payloadBytes = payload.write(target, at + HEAD_BYTES);
  const end = at + HEAD_BYTES + payloadBytes;
  marker.copy(target, at);
  target.writeUInt32LE(payloadBytes, at + PAYLOAD_BYTES);
  target.writeUInt32LE(ordinal, at + ORDINAL);
  target[at + KIND] = kind;
  target[at + ITERATION] = iteration;
  target[at + ATTEMPT] = attempt;
  target[at + RESERVED] = 0;
  target.writeDoubleLE(nanoUsd, at + NANO_USD);
  target.writeUInt32LE(crc32(target.subarray(at + SUMMED, end)), at + CHECKSUM);
  return end - at;
}

/** The record at `at`; `undefined` when there is none that is whole and sound. */
export function readRecord(source: Buffer, at: number, marker: Buffer): DecodedRecord | undefined {
  const body = at + HEAD_BYTES;
  if (body > source.length || source.compare(marker, 0, MARKER_BYTES, at, at + MARKER_BYTES) !== 0) return undefined;
  const payloadBytes = source.readUInt32LE(at + PAYLOAD_BYTES);
  const end = body + payloadBytes;
  if (end > source.length) return undefined;
  if (crc32(source.subarray(at + SUMMED, end)) !== source.readUInt32LE(at + CHECKSUM)) return undefined;
  const kind = KINDS[source[at + KIND]!];
  if (kind === undefined) return undefined;
  return {
    kind,
    ordinal: source.readUInt32LE(at + ORDINAL),
    iteration: source[at + ITERATION]!,
    attempt: source[at + ATTEMPT]!,
    nanoUsd: source.readDoubleLE(at + NANO_USD),
    bytes: HEAD_BYTES + payloadBytes,
    payload: source.subarray(body, end),
  };
}

const KINDS: readonly (RecordKind | undefined)[] = [undefined, ...Object.values(RECORD_KIND)];

/** Bytes that lie between sound records. */
export interface DamagedRange {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Calls back with each sound record of a segment, in order. Behind damage it goes on at the next one.
 *
 * @returns the damaged ranges. What follows the last record is none of them: a write that was cut short.
 */
export function visitRecords(
  segment: Buffer,
  marker: Buffer,
  visit: (record: DecodedRecord, at: number) => void,
): DamagedRange[] {
  const damaged: DamagedRange[] = [];
  let end = 0;
  let at = 0;
  while (at !== -1) {
    const record = readRecord(segment, at, marker);
    if (record === undefined) {
      at = segment.indexOf(marker, at + 1);
      continue;
    }
    if (at > end) damaged.push({ at: end, bytes: at - end });
    visit(record, at);
    end = at + record.bytes;
    at = end;
  }
  return damaged;
}

/** A well-formed string, as UTF-8. */
export function textPayload(text: string): Payload {
  return { bytesMax: text.length * UTF8_BYTES_PER_UNIT_MAX, write: (target, at) => target.write(text, at) };
}

/** UTF-8 takes at most so many bytes for a unit of UTF-16. */
export const UTF8_BYTES_PER_UNIT_MAX = 3;
