/**
 * Proves that answers are read as they were written, with each way to say where they end and however they are cut; that bytes which are
 * no answer, or whose end is not clear, are refused, cut or not; and that no answer grows beyond its bound.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMillraceError } from '../../../src/core/errors.js';
import { AnswerReader, type HttpAnswer } from '../../../src/refine/providers/answer-reader.js';

const BODY_BYTES_MAX = 4096;

interface Written {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly framing: 'length' | 'chunks';
  /** Of the body, in UTF-8. */
  readonly chunkBytes: number;
  readonly isAnnounced: boolean;
}

const written: fc.Arbitrary<Written> = fc.record({
  status: fc.constantFrom(200, 201, 400, 429, 500, 529),
  headers: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.stringMatching(/^[!-~]{0,20}$/), { maxKeys: 4 }),
  body: fc.string({ unit: 'grapheme', maxLength: 300 }),
  framing: fc.constantFrom('length', 'chunks'),
  chunkBytes: fc.integer({ min: 1, max: 100 }),
  isAnnounced: fc.boolean(),
});

function bytesOf({ status, headers, body, framing, chunkBytes, isAnnounced }: Written): Buffer {
  const text = Buffer.from(body);
  const announcement = isAnnounced ? 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n' : '';
  const lines = Object.entries(headers).map(([name, value]) => `${name.toUpperCase()}:  ${value}\t\r\n`);
  const head = `${announcement}HTTP/1.1 ${status} Some Reason\r\n${lines.join('')}`;
  if (framing === 'length') return Buffer.concat([Buffer.from(`${head}Content-Length: ${text.length}\r\n\r\n`), text]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < text.length; at += chunkBytes) {
    const chunk = text.subarray(at, at + chunkBytes);
    chunks.push(Buffer.from(`${chunk.length.toString(16)};name="a;b"\r\n`), chunk, Buffer.from('\r\n'));
  }
  const end = Buffer.from('0\r\nx-checksum: 5\r\n\r\n');
  return Buffer.concat([Buffer.from(`${head}transfer-encoding: Chunked\r\n\r\n`), ...chunks, end]);
}

/** Cut behind each of the places, where it is that long. */
function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const cuts = fc.array(fc.nat(100_000), { maxLength: 60 });

/** The first answer or the code of its refusal; `undefined` when more is needed. */
function outcomeOf(pieces: readonly Buffer[], isEnded = false): HttpAnswer | string | undefined {
  const reader = new AnswerReader(BODY_BYTES_MAX);
  try {
    for (const piece of pieces) {
      const answer = reader.read(piece);
      if (answer !== undefined) return answer;
    }
    return isEnded ? reader.end() : undefined;
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    return thrown.code;
  }
}

describe('answers', () => {
  it('are read one after the other as they were written, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(written, cuts), { minLength: 1, maxLength: 4 }), (answers) => {
        const reader = new AnswerReader(BODY_BYTES_MAX);
        for (const [answer, at] of answers) {
          const pieces = piecesOf(bytesOf(answer), at);
          const read = pieces.map((piece) => reader.read(piece)).filter((each) => each !== undefined);
          expect(read).toHaveLength(1);
          expect(read[0]).toMatchObject({ status: answer.status, body: answer.body });
          expect(Object.fromEntries(read[0]!.headers)).toMatchObject(answer.headers);
          expect(reader.isReusable).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('without a length end with the connection', () => {
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\n\r\n{"a":"é"}');
    fc.assert(
      fc.property(cuts, (at) => {
        expect(outcomeOf(piecesOf(bytes, at))).toBeUndefined();
        expect(outcomeOf(piecesOf(bytes, at), true)).toMatchObject({ status: 200, body: '{"a":"é"}' });
      }),
      { numRuns: 100 },
    );
  });

  it('have no body with 204 and 304', () => {
    expect(outcomeOf([Buffer.from('HTTP/1.1 204 No Content\r\n\r\n')])).toMatchObject({ status: 204, body: '' });
    expect(outcomeOf([Buffer.from('HTTP/1.1 304 \r\ncontent-length: 7\r\n\r\n')])).toMatchObject({ body: '' });
  });

  it('joins what is told several times', () => {
    const answer = outcomeOf([Buffer.from('HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\ncontent-length: 0\r\n\r\n')]);
    expect(typeof answer === 'object' && answer.headers.get('a')).toBe('1, 2');
  });

  it.each([
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', true],
    ['HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n', true],
    ['HTTP/1.1 200 OK\r\nconnection: foo, Close\r\ncontent-length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 0\r\n\r\n', true],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK', false],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n\n', false],
  ])('%j may be followed by another: %s', (text, isReusable) => {
    const reader = new AnswerReader(BODY_BYTES_MAX);
    expect(reader.read(Buffer.from(text))).toMatchObject({ status: 200 });
    expect(reader.isReusable).toBe(isReusable);
  });
});

describe('what is refused', () => {
  const refused = [
    'SSH-2.0-OpenSSH_9.6\r\n',
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1  200 OK\r\n\r\n',
    'HTTP/1.1 200OK\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n',
    'HTTP/1.1 200 OK\r\na b: c\r\n\r\n',
    'HTTP/1.1 200 OK\r\na : c\r\n\r\n',
    'HTTP/1.1 200 OK\r\n: c\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n',
    'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n',
    'HTTP/1.1 200 OK\r\na: b\rc: d\r\n\r\n',
    'HTTP/1.1 200 OK\r\na: \0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nx',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\nx',
    'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\nx',
    'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0x1\r\nx\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxy\r\n',
    `HTTP/1.1 200 OK\r\na: ${'b'.repeat(17_000)}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\na: ${'b'.repeat(17_000)}`,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0;${'b'.repeat(17_000)}`,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(5000)}\r\n`,
  ];

  it.each(refused.map((text) => [text.slice(0, 120), text] as const))('%j', (_, text) => {
    expect(outcomeOf([Buffer.from(text, 'latin1')])).toBe('ERR_PROVIDER_UNAVAILABLE');
    const pieces = Buffer.from(text, 'latin1');
    expect(outcomeOf(piecesOf(pieces, [1, 5, 9, 12, 20, 40, 60, 70]))).toBe('ERR_PROVIDER_UNAVAILABLE');
  });

  it.each([
    ['a length', `HTTP/1.1 200 OK\r\ncontent-length: ${BODY_BYTES_MAX + 1}\r\n\r\n`],
    ['one chunk', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${(BODY_BYTES_MAX + 1).toString(16)}\r\n`],
    ['chunks', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(BODY_BYTES_MAX + 1)}`],
    ['no end', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(BODY_BYTES_MAX + 1)}`],
  ])('a body beyond its bound, by %s', (_, text) => {
    expect(outcomeOf([Buffer.from(text)])).toBe('ERR_PROVIDER_ANSWER');
  });

  it.each(['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nx', 'HTTP/1.1 103 Hints\r\n\r\n'])(
    'an end of the connection behind %j',
    (text) => {
      expect(outcomeOf([Buffer.from(text)], true)).toBe('ERR_PROVIDER_UNAVAILABLE');
    },
  );

  it('does not depend on how the bytes are cut', () => {
    const change = fc.record({
      at: fc.nat(100_000),
      byte: fc.constantFrom(0, 10, 13, 32, 48, 57, 58, 59, 65, 102, 255),
    });
    let refusals = 0;
    fc.assert(
      fc.property(written, fc.array(change, { minLength: 1, maxLength: 3 }), cuts, (answer, changes, at) => {
        const bytes = bytesOf(answer);
        for (const { at: place, byte } of changes) bytes[place % bytes.length] = byte;
        const whole = outcomeOf([bytes]);
        if (typeof whole === 'string') refusals++;
        expect(outcomeOf(piecesOf(bytes, at))).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
    expect(refusals).toBeGreaterThan(100);
  });
});
