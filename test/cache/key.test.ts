/**
 * Proves what keys rest on: equal content gives equal keys, and a difference in anything that a result depends on gives another
 * digest and another check, also where strings could be parted elsewhere. Texts made to collide share the digest only.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/cache/fingerprint.js';
import { Hasher } from '../../src/cache/hasher.js';
import { KEY_CHECKS, KeyMaker, resolveKeyMakerOptions, type KeyCheck } from '../../src/cache/key.js';
import type { Key } from '../../src/cache/tier.js';
import { TWIN_BYTES, twinOf } from '../support/murmur-twins.js';

const hasher = new Hasher(Buffer.from('a secret of ours'));
const CHECK_CHARS = { keyed: 8, sha256: 32 };

interface Identity {
  readonly isName: boolean;
  readonly namespace: string;
  readonly stage: string;
  readonly fingerprint: string;
  readonly content: string;
}

describe.each(KEY_CHECKS)('a key with the check %s', (check) => {
  it('has a digest of 16 characters and a check, a byte each', () => {
    const key = makeKey(check, { isName: false, namespace: 'n', stage: 's', fingerprint: 'f', content: 'text' });
    expect(key.digest).toMatch(/^[\0-\xff]{16}$/s);
    expect(key.check()).toHaveLength(CHECK_CHARS[check]);
    expect(key.check()).toMatch(/^[\0-\xff]*$/s);
  });

  it('is equal exactly where kind, namespace, stage, fingerprint and content are', () => {
    fc.assert(
      fc.property(identity(), identity(), (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        const [key, theirs] = [makeKey(check, one), makeKey(check, other)];
        expect(key.digest === theirs.digest).toBe(same);
        expect(key.check() === theirs.check()).toBe(same);
      }),
      { numRuns: 1000 },
    );
  });

  it('is that of the bytes of a string, and of the bytes in a place', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const placed = new Hasher(Buffer.from('a secret of ours'), { memory, scratchAddress: 0 });
    const inPlace = new KeyMaker(placed, 'n', 's', 'f', { check });
    const keys = new KeyMaker(hasher, 'n', 's', 'f', { check });
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '語', '𝒳'), maxLength: 100 }), (text) => {
        const bytes = Buffer.from(text);
        new Uint8Array(memory.buffer).set(bytes, 128);
        const expected = values(keys.of(text));
        expect(values(keys.of(bytes))).toEqual(expected);
        expect(values(inPlace.at(128, bytes.length))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('computes its check once, and lets go of the content then', () => {
    const content = Buffer.from('content');
    const key = new KeyMaker(hasher, 'n', 's', 'f', { check }).of(content);
    const first = key.check();
    content.fill(0);
    expect(key.check()).toBe(first);
  });

  it('has another check where another content has its digest', () => {
    const keys = new KeyMaker(hasher, 'n', 's', 'f', { check });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: TWIN_BYTES, maxLength: 100 }), (content) => {
        const [one, other] = [keys.of(content), keys.of(twinOf(content))];
        expect(one.digest).toBe(other.digest);
        expect(one.check()).not.toBe(other.check());
      }),
      { numRuns: 100 },
    );
  });
});

describe('a key', () => {
  it('changes with every option that is in the fingerprint', () => {
    const options = { asOf: 2026, weights: { clarity: 1, accuracy: 2 }, stats: false };
    const changed = [{ ...options, asOf: 2025 }, { ...options, weights: { clarity: 2, accuracy: 1 } }, { asOf: 2026 }];
    const digests = [options, ...changed].map((each) => keysFor(each).of('text').digest);
    expect(new Set(digests).size).toBe(4);
    const sameInOtherOrder = { stats: false, weights: { accuracy: 2, clarity: 1 }, asOf: 2026 };
    expect(keysFor(sameInOtherOrder).of('text').digest).toBe(digests[0]);
  });

  it('stays what it is: entries on disk are found by it', () => {
    const key = new KeyMaker(hasher, 'reports', 'score', '{}').of('naïve');
    expect(Buffer.from(key.digest, 'latin1').toString('hex')).toBe('a06831d98eb81230b7aea70439323c14');
    expect(Buffer.from(key.check(), 'latin1').toString('hex')).toBe('f1b4e6a5dae6fa9c');
  });

  function keysFor(options: object): KeyMaker {
    return new KeyMaker(hasher, 'reports', 'score', fingerprintOf(options));
  }
});

describe('options', () => {
  it('are complete and frozen', () => {
    expect(resolveKeyMakerOptions({})).toEqual({ check: 'keyed' });
    expect(Object.isFrozen(resolveKeyMakerOptions({}))).toBe(true);
  });

  it.each([
    [{ check: 'md5' }, 'ERR_OPTION_RANGE', 'keys.check must be one of keyed, sha256, got "md5"'],
    [{ check: 1 }, 'ERR_OPTION_TYPE', 'keys.check must be one of keyed, sha256, got 1'],
    [{ checks: 'keyed' }, 'ERR_OPTION_UNKNOWN', 'keys.checks is not an option; expected one of check'],
  ])('are refused: %j', (options, code, message) => {
    expect(() => resolveKeyMakerOptions(options as object)).toThrow(expect.objectContaining({ code, message }));
  });

  it('of a maker need a namespace and a stage', () => {
    expect(() => new KeyMaker(hasher, '', 's', '')).toThrow('namespace must be a non-empty string');
    expect(() => new KeyMaker(hasher, 'n', '', '')).toThrow('stage must be a non-empty string');
  });
});

function makeKey(check: KeyCheck, { isName, namespace, stage, fingerprint, content }: Identity): Key {
  const keys = new KeyMaker(hasher, namespace, stage, fingerprint, { check });
  return isName ? keys.named(content) : keys.of(content);
}

/** Of few short strings, so that the same bytes in another division come up, and the same identity. */
function identity(): fc.Arbitrary<Identity> {
  const part = (minLength: number) =>
    fc.string({ unit: fc.constantFrom('a', '\0', '\ud800', '\ufffd'), minLength, maxLength: 2 });
  return fc.record(
    { isName: fc.boolean(), namespace: part(1), stage: part(1), fingerprint: part(0), content: part(0) },
    { noNullPrototype: true },
  );
}

function values(key: Key): { digest: string; check: string } {
  return { digest: key.digest, check: key.check() };
}
