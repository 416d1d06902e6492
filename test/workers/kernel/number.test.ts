/**
 * Proves that the kernel writes numbers byte for byte as `String(x)` does: at the edges of the doubles and of the layouts,
 * and for random ones. The last part proves an assumption about all doubles that the method rests on.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RawKernel, loadRawKernel } from '../../support/kernel.js';

let kernel: RawKernel;
let output: number;
let view: Buffer;

beforeAll(async () => {
  kernel = await loadRawKernel();
  output = kernel.scratch(64);
  view = Buffer.from(kernel.memory.buffer);
});

function formatted(value: number): string {
  return textUpTo(kernel.formatNumber(value, output));
}

function formattedInteger(value: bigint): string {
  return textUpTo(kernel.formatInteger(value, output));
}

function textUpTo(end: number): string {
  return view.toString('latin1', output, end);
}

function faultsOf(values: Iterable<number>): string[] {
  const faults: string[] = [];
  for (const value of values) {
    const text = formatted(value);
    if (text !== String(value) && faults.length < 10) faults.push(`${value}: ${text}`);
  }
  return faults;
}

const bits = new DataView(new ArrayBuffer(8));

function fromBits(pattern: bigint): number {
  bits.setBigUint64(0, pattern);
  return bits.getFloat64(0);
}

/** The double, its nearest neighbours on both sides, and the same with the other sign; finite ones only. */
function* neighbourhood(value: number): Generator<number> {
  bits.setFloat64(0, value);
  const pattern = bits.getBigUint64(0);
  for (let step = -3n; step <= 3n; step++) {
    const neighbour = fromBits(BigInt.asUintN(64, pattern + step));
    if (Number.isFinite(neighbour)) yield* [neighbour, -neighbour];
  }
}

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-42, '-42'],
    [0.1, '0.1'],
    [0.7372549019607844, '0.7372549019607844'],
    [4.559582725331965, '4.559582725331965'],
    [100, '100'],
    [1e-6, '0.000001'],
    [1e-7, '1e-7'],
    [-1.5e-7, '-1.5e-7'],
    [-0.0000012345678901234567, '-0.0000012345678901234567'],
    [123456789.123, '123456789.123'],
    [9007199254740991, '9007199254740991'],
    [2 ** 53, '9007199254740992'],
    [2 ** 53 + 2, '9007199254740994'],
    [123456789012345680000, '123456789012345680000'],
    [999999999999999900000, '999999999999999900000'],
    [1e21, '1e+21'],
    [1.5e300, '1.5e+300'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [2.2250738585072014e-308, '2.2250738585072014e-308'],
    [9.5367431640625e-7, '9.5367431640625e-7'],
    [Number.NaN, 'null'],
    [Number.POSITIVE_INFINITY, 'null'],
    [Number.NEGATIVE_INFINITY, 'null'],
  ])('writes %d as %s', (value, expected) => {
    expect(formatted(value)).toBe(expected);
  });

  it('agrees around each power of two', () => {
    for (let exponent = -1074; exponent < 1024; exponent++) {
      expect(faultsOf(neighbourhood(2 ** exponent))).toEqual([]);
    }
  });

  it('agrees around each power of ten and its small multiples', () => {
    for (let exponent = -323; exponent <= 308; exponent++) {
      for (let digit = 1; digit < 10; digit++)
        expect(faultsOf(neighbourhood(Number(`${digit}e${exponent}`)))).toEqual([]);
    }
  });

  it('agrees on any bit pattern', () => {
    const pattern = fc.bigInt({ min: 0n, max: 0x7fefffffffffffffn });
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 50, maxLength: 50 }), (patterns) => {
        expect(faultsOf(patterns.map(fromBits))).toEqual([]);
      }),
      { numRuns: 4_000 },
    );
  });

  it('agrees on the doubles that tests of doubles go for', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => formatted(value) === String(value)),
      { numRuns: 20_000 },
    );
  });

  it('agrees on ratios, logarithms and integers', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 100_000 }), (part, whole) => {
        const values = [part / whole, Math.log2(whole), -Math.log2(whole) * (part / whole), part, (100 * part) / whole];
        expect(faultsOf(values)).toEqual([]);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('formatInteger', () => {
  it('agrees around each power of ten and of two', () => {
    for (let digits = 0; digits < 20; digits++) {
      for (const offset of [-1n, 0n, 1n]) {
        const value = 10n ** BigInt(digits) + offset;
        expect(formattedInteger(value)).toBe(String(value));
      }
    }
    for (let shift = 0n; shift <= 64n; shift++) {
      const value = (1n << shift) - 1n;
      expect(formattedInteger(value)).toBe(String(value));
    }
  });

  it('agrees on all of four digits and on any u64', () => {
    for (let value = 0n; value < 10_000n; value++) expect(formattedInteger(value)).toBe(String(value));
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
        fc.bigInt({ min: 0n, max: 63n }),
        (value, shift) => {
          return formattedInteger(value >> shift) === String(value >> shift);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});

describe('the rest that decides between exact and not', () => {
  /*
   * The kernel multiplies with powers of ten rounded up, so that an exact product has a rest of up to 2^-68 of a unit. It
   * takes rests below 2^-68 as none. That is right only if no double, and no end of a rounding interval, has a real rest
   * that small, or so large that the excess would carry. Both are 2·y units of 2^q / 10^k with y up to 2^54 + 1; the
   * smallest and largest rests over all y come from the continued fraction of 2^(q+1) / 10^k.
   */
  it('is never near 0 or 1 for any double', () => {
    for (let q = -1074; q <= 971; q++) {
      const k = (q * 1262611) >> 22;
      const { least, most, unit } = extremeRests(
        power(2, q + 1) * power(10, -k),
        power(2, -q - 1) * power(10, k),
        MULTIPLE_MAX,
      );
      expect(least << 67n, `least rest for q = ${q}`).toBeGreaterThan(unit);
      expect((unit - most) << 67n, `largest rest for q = ${q}`).toBeGreaterThan(unit);
    }
  });

  it('is neither for the closer end below a power of two, which is no even multiple', () => {
    for (let q = -1073; q <= 971; q++) {
      const k = (q * 1262611 - 524031) >> 22;
      const unit = power(2, -q) * power(10, k);
      const rest = (((1n << 54n) - 1n) * power(2, q) * power(10, -k)) % unit;
      if (rest !== 0n) expect(rest << 67n, `rest for q = ${q}`).toBeGreaterThan(unit);
      expect((unit - rest) << 67n, `rest for q = ${q}`).toBeGreaterThan(unit);
    }
  });

  const MULTIPLE_MAX = (1n << 54n) + 1n;

  /** base^exponent, or 1 for a negative exponent: the other side of the fraction has it. */
  function power(base: number, exponent: number): bigint {
    return exponent > 0 ? BigInt(base) ** BigInt(exponent) : 1n;
  }

  /** The least rest that is not 0 and the largest of y · dividend / divisor for y from 1 to `multipleMax`, times `unit`. */
  function extremeRests(dividend: bigint, divisor: bigint, multipleMax: bigint) {
    const common = greatestCommonDivisor(dividend, divisor);
    const unit = divisor / common;
    if (unit <= multipleMax) return { least: 1n, most: unit - 1n, unit }; // the rests are all multiples of 1 / unit
    // y = above has the least rest so far, y = below the largest; the next record is the sum of one and multiples of the other.
    let [above, least] = [1n, (dividend / common) % unit];
    let [below, gap] = [0n, unit];
    while (above + below <= multipleMax) {
      if (gap > least) {
        const steps = minimum((gap - 1n) / least, (multipleMax - below) / above);
        below += steps * above;
        gap -= steps * least;
      } else {
        const steps = minimum((least - 1n) / gap, (multipleMax - above) / below);
        above += steps * below;
        least -= steps * gap;
      }
    }
    return { least, most: unit - gap, unit };
  }

  function greatestCommonDivisor(left: bigint, right: bigint): bigint {
    return right === 0n ? left : greatestCommonDivisor(right, left % right);
  }

  function minimum(left: bigint, right: bigint): bigint {
    return left < right ? left : right;
  }
});
