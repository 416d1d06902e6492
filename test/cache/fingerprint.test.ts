/**
 * Proves that a fingerprint is the same for the same plain data and another one for other data: random data against a comparison
 * member by member, and the values that JSON confuses one by one.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/cache/fingerprint.js';

describe('fingerprintOf', () => {
  it('is equal exactly where the data are', () => {
    fc.assert(
      fc.property(data(), data(), (one, other) => {
        expect(fingerprintOf(one) === fingerprintOf(other)).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on the order of names, at any depth', () => {
    fc.assert(
      fc.property(data(), (value) => {
        expect(fingerprintOf(reordered(value))).toBe(fingerprintOf(value));
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on names without a value', () => {
    expect(fingerprintOf({ a: undefined, b: { c: undefined } })).toBe(fingerprintOf({ b: {} }));
  });

  it('tells apart what JSON does not', () => {
    const values = [
      ...[
        undefined,
        null,
        'null',
        'undefined',
        0,
        -0,
        '0',
        0n,
        '0n',
        Number.NaN,
        'NaN',
        Infinity,
        -Infinity,
        false,
        '',
      ],
      ...[[], [undefined], [null], [[]], [''], ['', ''], [','], [undefined, undefined], {}, { a: null }, { a: 'null' }],
      ...[{ a: [] }, { 'a:': [] }, '\ud800', '\udc00', '\ufffd', '\\ud800', { '\ud800': 1 }, { '\udc00': 1 }],
    ];
    expect(new Set(values.map((value) => fingerprintOf(value))).size).toBe(values.length);
  });

  it('takes a hole for undefined', () => {
    expect(fingerprintOf(new Array(2))).toBe(fingerprintOf([undefined, undefined]));
  });

  it.each([
    [{ a: { b: new Date(0) } }, 'options.a.b must be plain data, got an object of Date'],
    [[1, new Map()], 'options[1] must be plain data, got an object of Map'],
    [{ a: () => 1 }, 'options.a must be plain data, got a function'],
    [Symbol('a'), 'options must be plain data, got Symbol(a)'],
    [{ [Symbol('a')]: 1 }, 'options must be plain data, got an object of Object'],
  ])('refuses %o, by its path', (value, message) => {
    expect(() => fingerprintOf(value, 'options')).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_TYPE', message }),
    );
  });

  it('refuses a cycle', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => fingerprintOf(cycle)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_RANGE' }));
  });
});

/** From few names and values, so that equal data come up. */
function data(): fc.Arbitrary<unknown> {
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.constantFrom<unknown>(null, true, 0, -0, Number.NaN, 1, '1', 'a', '"', 1n),
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', '"'), tie('tree'), { maxKeys: 2, noNullPrototype: true }),
    ),
  }));
  return tree;
}

function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reordered(member)]),
  );
}
