/** Values of all kinds that the cache keeps, for property tests. */
import fc from 'fast-check';

/** What survives being written and read: plain data, and all that structured clone keeps of it. */
export const storableValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue() },
  {
    weight: 3,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      stringUnit: 'binary',
    }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3000 }) },
  // Repetitive and longer than the size from which payloads are compressed.
  { weight: 1, arbitrary: fc.tuple(fc.string({ minLength: 1 }), fc.nat(3000)).map(([unit, n]) => unit.repeat(n)) },
  { weight: 1, arbitrary: fc.oneof(fc.float32Array(), fc.float64Array(), fc.uint8Array(), fc.bigInt64Array()) },
  { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
);

/** One of each kind, each with a name; each must read back equal in every tier. */
export const VALUE_KINDS: readonly (readonly [string, unknown])[] = [
  ['nothing, a negative result', undefined],
  ['null', null],
  ['false', false],
  ['zero', 0],
  ['negative zero', -0],
  ['not a number', Number.NaN],
  ['infinity', -Infinity],
  ['a large integer', Number.MAX_SAFE_INTEGER],
  ['a bigint', 2n ** 80n],
  ['the empty string', ''],
  ['a string', 'déjà vu 🙂'],
  ['a string of lone surrogates', '\ud800a\udc00'],
  ['a long repetitive string', 'again and '.repeat(1000)],
  ['an object', { a: 1, b: { c: [1, 2, { d: null }] }, e: undefined, 'two words': true }],
  ['an object with awkward keys', JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "1": 3, "": 4, "\\ud800": 5}')],
  ['a large object', Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key ${index}`, index / 7]))],
  ['an array with a hole', [1, , 3]], // eslint-disable-line no-sparse-arrays
  ['an array with a property', Object.assign([1, 2], { index: 3 })],
  ['a date', new Date('2026-01-02T03:04:05.678Z')],
  [
    'a map',
    new Map<unknown, unknown>([
      [{ a: 1 }, new Set([1, 'b'])],
      [1, -0],
    ]),
  ],
  ['an array buffer', new Uint8Array([1, 2, 3]).buffer],
  ['a buffer', Buffer.from('pooled')],
  ['a buffer in an object', { buffer: Buffer.from('pooled') }],
  ['a vector', Float32Array.from({ length: 1536 }, (_, index) => Math.sin(index))],
  ['a part of a vector', new Float64Array([0, 1, 2, 3]).subarray(1, 3)],
  ['vectors in an object', { of: [new Float32Array([1.5, -0]), new BigInt64Array([-1n])] }],
  ['an empty vector', new Float64Array(0)],
];

/** What no serialising tier may store, each with the path that the refusal must name. */
export const REFUSED_VALUES: readonly (readonly [string, unknown, string])[] = [
  ['a function', () => 1, 'value: it is a function'],
  ['a symbol', Symbol('s'), 'value: it is a symbol'],
  ['a method', { a: { 'b c': [1, { call() {} }] } }, 'value.a["b c"][1].call: it is a function'],
  ['a symbol as a key', { a: { [Symbol('s')]: 1 } }, 'value.a: it is an object with a symbol as a key'],
  [
    'an instance of a class',
    [
      new (class Point {
        readonly x = 1;
      })(),
    ],
    'value[0]: it is an instance of Point',
  ],
  [
    'an instance without a name',
    {
      a: new (class {
        readonly x = 1;
      })(),
    },
    'value.a: it is an instance of a class',
  ],
  ['an error', { a: new TypeError('t') }, 'value.a: it is an instance of TypeError'],
  ['a promise in a map', new Map([[1, Promise.resolve()]]), 'value.values()[0]: it is an instance of Promise'],
  ['a function as a key of a map', new Map([[() => 1, 1]]), 'value.keys()[0]: it is a function'],
  ['a function in a set', new Set([1, () => 1]), 'value.values()[1]: it is a function'],
  ['a function behind a hole', Object.assign([1, , 3], { x: () => 1 }), 'value.x: it is a function'], // eslint-disable-line no-sparse-arrays
  ['a subclass of an array', new (class List extends Array {})(), 'value: it is an instance of List'],
  ['a date with a property', Object.assign(new Date(0), { a: 1 }), 'value: it is an instance of Date with properties'],
  ['a cycle', makeCycle(), 'it is in a cycle, or below 200 levels'],
];

function makeCycle(): unknown {
  const cycle: Record<string, unknown> = {};
  cycle['again'] = { cycle };
  return cycle;
}
