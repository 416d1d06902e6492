// Proves that a record is read back as it was written, whatever it carries, and that damage costs no record but the one that
// it is in: for random records and random damage, and for payloads that hold the bytes of other records.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { answerPayload, readAnswer } from '../../../src/ledger/calls/answer-payload.js';
import type { RecordedCompletion } from '../../../src/ledger/calls/calls.js';
import {
  HEAD_BYTES,
  RECORD_KIND,
  visitRecords,
  writeRecord,
  type Payload,
  type RecordHead,
} from '../../../src/ledger/calls/record.js';

const MARKER = Buffer.from('0123456789abcdef', 'hex');

const heads: fc.Arbitrary<RecordHead> = fc.record({
  kind: fc.constantFrom(...Object.values(RECORD_KIND)),
  ordinal: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  iteration: fc.integer({ min: 0, max: 255 }),
  attempt: fc.integer({ min: 0, max: 255 }),
  nanoUsd: fc.maxSafeNat(),
});

interface Written extends RecordHead {
  readonly payload: string;
}

const records = fc.array(
  fc.tuple(heads, fc.uint8Array({ maxLength: 60 })).map(([head, payload]) => ({ ...head, payload })),
  { minLength: 1, maxLength: 12 },
);

function bytesPayload(bytes: Uint8Array): Payload {
  return {
    bytesMax: bytes.length,
    write: (target, at) => {
      target.set(bytes, at);
      return bytes.length;
    },
  };
}

function write(all: readonly (RecordHead & { payload: Uint8Array })[], marker = MARKER): Buffer {
  return Buffer.concat(
    all.map((record) => {
      const target = Buffer.alloc(HEAD_BYTES + record.payload.length);
      return target.subarray(0, writeRecord(target, 0, marker, record, bytesPayload(record.payload)));
    }),
  );
}

function read(segment: Buffer): { found: Written[]; damagedBytes: number } {
  const found: Written[] = [];
  const damaged = visitRecords(segment, MARKER, ({ bytes: _, ...record }) => {
    found.push({ ...record, payload: record.payload.toString('hex') });
  });
  return { found, damagedBytes: damaged.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function plain(all: readonly (RecordHead & { payload: Uint8Array })[]): Written[] {
  return all.map((record) => ({ ...record, payload: Buffer.from(record.payload).toString('hex') }));
}

describe('records', () => {
  test('are read back as they were written', () => {
    fc.assert(
      fc.property(records, (all) => {
        expect(read(write(all))).toEqual({ found: plain(all), damagedBytes: 0 });
      }),
      { numRuns: 200 },
    );
  });

  test('a flipped bit costs its own record', () => {
    fc.assert(
      fc.property(records, fc.nat(), (all, n) => {
        const segment = write(all);
        const bit = n % (segment.length * 8);
        segment[bit >> 3]! ^= 1 << (bit & 7);
        let end = 0;
        const hit = all.findIndex(({ payload }) => (end += HEAD_BYTES + payload.length) > bit >> 3);
        expect(read(segment).found).toEqual(plain(all.filter((_, index) => index !== hit)));
      }),
      { numRuns: 300 },
    );
  });

  test('cut anywhere, those before the cut are there, and nothing counts as damaged', () => {
    fc.assert(
      fc.property(records, fc.nat(), (all, n) => {
        const segment = write(all);
        const length = n % (segment.length + 1);
        let end = 0;
        const whole = all.filter(({ payload }) => (end += HEAD_BYTES + payload.length) <= length);
        expect(read(segment.subarray(0, length))).toEqual({ found: plain(whole), damagedBytes: 0 });
      }),
      { numRuns: 200 },
    );
  });

  test('bytes of a foreign record inside a damaged one are not taken for a record', () => {
    const foreign = write(
      [{ kind: RECORD_KIND.row, ordinal: 1, iteration: 0, attempt: 0, nanoUsd: 0, payload: Buffer.from('evil\n') }],
      Buffer.alloc(8, 1),
    );
    const carrier = { kind: RECORD_KIND.answered, ordinal: 5, iteration: 0, attempt: 0, nanoUsd: 0, payload: foreign };
    const segment = write([carrier, { ...carrier, ordinal: 6 }]);
    segment[HEAD_BYTES - 1]! ^= 1;
    expect(read(segment).found.map(({ ordinal }) => ordinal)).toEqual([6]);
  });

  test('garbage between records is told by its length', () => {
    const [one, other] = [write([{ ...EMPTY, ordinal: 1 }]), write([{ ...EMPTY, ordinal: 2 }])];
    const { found, damagedBytes } = read(Buffer.concat([one, Buffer.alloc(1000), other, Buffer.alloc(50)]));
    expect(found.map(({ ordinal }) => ordinal)).toEqual([1, 2]);
    expect(damagedBytes).toBe(1000);
  });
});

test('an answer is read back as it was given, lone surrogates and all', () => {
  const completions: fc.Arbitrary<RecordedCompletion> = fc.record({
    text: fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
    finish: fc.constantFrom('stop', 'length', 'refusal', 'other'),
    usage: fc.option(
      fc.record({
        inputTokens: fc.maxSafeNat(),
        cachedInputTokens: fc.maxSafeNat(),
        cacheWriteTokens: fc.maxSafeNat(),
        outputTokens: fc.maxSafeNat(),
      }),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(fc.constantFrom('openai', 'anthropic', 'örtlich'), completions, (provider, completion) => {
      const payload = answerPayload(provider, completion);
      const target = Buffer.alloc(payload.bytesMax + 10);
      const bytes = payload.write(target, 3);
      const answer = readAnswer(target.subarray(3, 3 + bytes), 42);
      expect(answer).toEqual({ provider, completion, chargedNanoUsd: 42 });
    }),
    { numRuns: 300 },
  );
  expect(readAnswer(Buffer.alloc(3), 0)).toBeUndefined();
});

const EMPTY = { kind: RECORD_KIND.sent, ordinal: 0, iteration: 0, attempt: 0, nanoUsd: 0, payload: Buffer.alloc(0) };
