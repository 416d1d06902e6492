/**
 * Proves that the hasher gives strings, bytes and content in another memory the same hashes, those of MurmurHash3 and SipHash: it
 * is compared with models that are slow and obvious, and with an independent implementation where that could be installed.
 * Content longer than a block is cut at the worst places. Texts that collide, a given pair and pairs constructed here, have
 * one digest and different checks; if they had not, the check would not be needed or would not help.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../../src/core/errors.js';
import { Hasher } from '../../src/cache/hasher.js';
import { murmur3 } from '../reference/murmur3.js';
import { sipHash } from '../reference/siphash.js';
import { twinOf, TWIN_BYTES } from '../support/murmur-twins.js';
import { NATIVE_ABSENT_NOTE, nativeMurmur3 } from '../support/native-murmur.js';
import { COLLISIONS_PRESENT, ORACLE_ABSENT_NOTE, readCollisions } from '../support/oracle.js';

const SECRET = Buffer.from('a secret of ours');
const PAGE_BYTES = 65536;
/** More than one block of the hasher's memory, in any encoding. */
const LONG_UNITS = 100_000;

const hasher = new Hasher(SECRET);
const context = hasher.contextOf(['stage', 'options']);

describe('digestOf', () => {
  it.skipIf(nativeMurmur3 === undefined)(
    `is that of murmurhash-native at every length up to 1024${nativeMurmur3 === undefined ? ` (${NATIVE_ABSENT_NOTE})` : ''}`,
    () => {
      for (let length = 0; length <= 1024; length++) {
        const [content] = fc.sample(fc.uint8Array({ minLength: length, maxLength: length }), {
          numRuns: 1,
          seed: length,
        });
        expect(latin1(hasher.digestOf(content!)).swap64()).toEqual(nativeMurmur3?.(Buffer.from(content!)));
      }
    },
  );

  it('of a string is that of its UTF-8', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        expect(latin1(hasher.digestOf(text))).toEqual(murmur3(Buffer.from(text)));
        expect(hasher.digestOf(text)).toBe(hasher.digestOf(Buffer.from(text)));
        expect(hasher.checkOf(text, context)).toBe(hasher.checkOf(Buffer.from(text), context));
        expect(hasher.sha256Of(text, context)).toBe(hasher.sha256Of(Buffer.from(text), context));
      }),
      { numRuns: 500 },
    );
  });

  it('of a string with lone surrogates is that of its WTF-8, and never that of the text with replacements', () => {
    fc.assert(
      fc.property(illFormedText(), (text) => {
        expect(latin1(hasher.digestOf(text))).toEqual(murmur3(wtf8(text)));
        expect(hasher.digestOf(text)).not.toBe(hasher.digestOf(text.toWellFormed()));
        expect(hasher.checkOf(text, context)).not.toBe(hasher.checkOf(text.toWellFormed(), context));
        expect(hasher.sha256Of(text, context)).not.toBe(hasher.sha256Of(text.toWellFormed(), context));
      }),
      { numRuns: 300 },
    );
  });

  it('depends on the context and is a digest of the same size', () => {
    const digests = [undefined, context, hasher.contextOf(['stage', 'other'])].map((each) =>
      hasher.digestOf('a', each),
    );
    expect(new Set(digests).size).toBe(3);
    expect(digests.map((digest) => digest.length)).toEqual([16, 16, 16]);
  });
});

describe('checkOf', () => {
  it('is SipHash-1-3 with the key of the context', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        const expected = sipHash(keyOf(context), content, { perWord: 1, closing: 3 });
        expect(latin1(hasher.checkOf(content, context))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('depends on the secret, which the digest does not', () => {
    const other = new Hasher(Buffer.from('another secret !'));
    const theirs = other.contextOf(['stage', 'options']);
    expect(other.digestOf('a', theirs)).toBe(hasher.digestOf('a', context));
    expect(other.checkOf('a', theirs)).not.toBe(hasher.checkOf('a', context));
  });
});

describe('sha256Of', () => {
  it('is SHA-256 of the context and the bytes, whatever else was hashed before', () => {
    const content = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 5000 }),
      fc.constant('é'.repeat(LONG_UNITS)),
    );
    fc.assert(
      fc.property(content, fc.boolean(), (each, isDigestFirst) => {
        if (isDigestFirst) hasher.digestOf(each, context);
        const expected = createHash('sha256').update(context.prefix).update(each).digest();
        expect(latin1(hasher.sha256Of(each, context))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('content longer than a block', () => {
  it.each(['a', 'é', '語', '𝒳', 'aé語𝒳'])('has the hashes of its bytes, wherever a block ends in it (%s)', (piece) => {
    for (let shift = 0; shift < 4; shift++) {
      const text = `${'-'.repeat(shift)}${piece.repeat(LONG_UNITS)}`;
      const bytes = Buffer.from(text);
      expect(latin1(hasher.digestOf(text))).toEqual(latin1(hasher.digestOf(bytes)));
      expect(hasher.checkOf(text, context)).toBe(hasher.checkOf(bytes, context));
      expect(hasher.sha256Of(text, context)).toBe(hasher.sha256Of(bytes, context));
      if (nativeMurmur3 !== undefined) expect(latin1(hasher.digestOf(bytes)).swap64()).toEqual(nativeMurmur3(bytes));
    }
  });

  it('has those of the models', () => {
    const bytes = Buffer.from(Array.from({ length: 250_001 }, (_, index) => (index * 7919) >> 3));
    expect(latin1(hasher.digestOf(bytes))).toEqual(murmur3(bytes));
    const expected = sipHash(keyOf(context), bytes, { perWord: 1, closing: 3 });
    expect(latin1(hasher.checkOf(bytes, context))).toEqual(expected);
  });

  it('may hold lone surrogates, also where a block ends', () => {
    for (let shift = 0; shift < 3; shift++) {
      const text = '-'.repeat(shift) + '\ud800-'.repeat(LONG_UNITS / 2);
      expect(hasher.digestOf(text)).toBe(hasher.digestOf(wtf8(text)));
    }
  });
});

describe('a place', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const placed = new Hasher(SECRET, { memory, scratchAddress: PAGE_BYTES - 64 });
  const address = 1001;

  it('has the hashes of its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (content) => {
        new Uint8Array(memory.buffer).set(content, address);
        expect(placed.digestAt(address, content.length)).toBe(hasher.digestOf(content));
        expect(placed.digestAt(address, content.length, context)).toBe(hasher.digestOf(content, context));
        expect(placed.checkAt(address, content.length, context)).toBe(hasher.checkOf(content, context));
        expect(placed.sha256At(address, content.length, context)).toBe(hasher.sha256Of(content, context));
      }),
      { numRuns: 200 },
    );
  });

  it('may grow', () => {
    new Uint8Array(memory.buffer).set([1, 2, 3], address);
    memory.grow(1);
    expect(placed.digestAt(address, 3)).toBe(hasher.digestOf(Uint8Array.of(1, 2, 3)));
  });

  it('is needed where it is asked for', () => {
    expect(() => hasher.digestAt(0, 0)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });
});

describe('texts that collide', () => {
  it.skipIf(!COLLISIONS_PRESENT)(
    `have different checks: a given pair${COLLISIONS_PRESENT ? '' : ` (${ORACLE_ABSENT_NOTE})`}`,
    () => {
      const pairs = readCollisions();
      expect(pairs).not.toHaveLength(0);
      for (const [one, other] of pairs) expectCollision(Buffer.from(one), Buffer.from(other));
    },
  );

  it('have different checks: pairs made here', () => {
    const content = fc.uint8Array({ minLength: TWIN_BYTES + 16, maxLength: 200 });
    fc.assert(
      fc.property(content, fc.boolean(), (one, later) => expectCollision(one, twinOf(one, later ? 16 : 0))),
      { numRuns: 200 },
    );
  });

  function expectCollision(one: Uint8Array, other: Uint8Array): void {
    expect(Buffer.compare(one, other)).not.toBe(0);
    expect(murmur3(one)).toEqual(murmur3(other));
    expect(hasher.digestOf(one, context)).toBe(hasher.digestOf(other, context));
    expect(hasher.checkOf(one, context)).not.toBe(hasher.checkOf(other, context));
    expect(hasher.sha256Of(one, context)).not.toBe(hasher.sha256Of(other, context));
  }
});

describe('a context', () => {
  it('is another one for other strings, wherever they are parted', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('a', '\0', '\ud800', '\ufffd'), maxLength: 3 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(hasher.contextOf(one).prefix.equals(hasher.contextOf(other).prefix)).toBe(same);
        expect(hasher.digestOf('', hasher.contextOf(one)) === hasher.digestOf('', hasher.contextOf(other))).toBe(same);
        expect(keyOf(hasher.contextOf(one)).equals(keyOf(hasher.contextOf(other)))).toBe(same);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a secret', () => {
  it('has sixteen bytes', () => {
    expect(() => new Hasher(new Uint8Array(15))).toThrow(MillraceError);
    expect(() => new Hasher(new Uint8Array(15))).toThrow('secret must have 16 bytes, got 15');
  });

  it('is copied: what becomes of the array later does not matter', () => {
    const secret = Buffer.from(SECRET);
    const early = new Hasher(secret);
    secret.fill(0);
    expect(early.checkOf('a', early.contextOf(['stage', 'options']))).toBe(hasher.checkOf('a', context));
  });
});

function latin1(hash: string): Buffer {
  return Buffer.from(hash, 'latin1');
}

function keyOf({ checkKey }: { readonly checkKey: readonly number[] }): Buffer {
  const key = Buffer.alloc(16);
  checkKey.forEach((word, index) => key.writeUInt32LE(word, index * 4));
  return key;
}

/** Texts around the lengths at which ASCII is narrowed in runs of 16 and 32 units, in one script, mixed, and well-formed. */
function anyText(): fc.Arbitrary<string> {
  const unit = fc.constantFrom('a', ' ', '\x7f', '\x80', 'é', '\u07ff', '\u0800', '語', '\uffff', '𝒳', '\u{10ffff}');
  return fc.oneof(
    fc.string({ unit, maxLength: 80 }),
    fc
      .array(fc.tuple(unit, fc.nat(40)), { maxLength: 6 })
      .map((runs) => runs.map(([each, n]) => each.repeat(n)).join('')),
  );
}

function illFormedText(): fc.Arbitrary<string> {
  const lone = fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff', '\udc00\ud800');
  return fc
    .tuple(anyText(), lone, anyText())
    .map((parts) => parts.join(''))
    .filter((text) => !text.isWellFormed());
}

/** Every code point, lone surrogates too, encoded as the definition of UTF-8 says. */
function wtf8(text: string): Buffer {
  const bytes: number[] = [];
  for (const char of text) {
    const point = char.codePointAt(0)!;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), ...[12, 6, 0].map((shift) => 0x80 | ((point >> shift) & 63)));
  }
  return Buffer.from(bytes);
}

describe('a hasher that is asked for many things in any order', () => {
  it('gives what a fresh one gives, whatever lies in its memory', () => {
    const long = 'é'.repeat(LONG_UNITS);
    const contents = [
      '',
      'a',
      'a text',
      'a text!',
      'ä text',
      'lone \ud800',
      long,
      Buffer.from('a text'),
      Buffer.from(long),
    ];
    const step = fc.tuple(fc.constantFrom(...contents), fc.constantFrom('digestOf', 'checkOf', 'sha256Of'));
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) => {
        const used = new Hasher(SECRET);
        for (const [content, ask] of steps) {
          expect(used[ask](content, context)).toBe(new Hasher(SECRET)[ask](content, context));
        }
      }),
      { numRuns: 100 },
    );
  });
});
