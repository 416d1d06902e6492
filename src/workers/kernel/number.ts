/**
 * Numbers as text, byte for byte as JavaScript's `Number.prototype.toString` writes them.
 *
 * The shortest digits that read back as the same double, and among these the closest to it, come from the Schubfach method:
 * Giulietti 2020, "The Schubfach way to render doubles". Names follow the paper: the double is c·2^q; all numbers of its
 * rounding interval read back as it; 10^k is the largest power of ten that is no longer than the interval, so that it
 * holds one or more multiples of 10^k, but at most one of 10^(k + 1).
 */
import { POWER_MIN, POWERS } from './powers-of-ten';

const FRACTION_BITS: u64 = 52;
const HIDDEN_BIT: u64 = 0x0010000000000000;
const FRACTION_MASK: u64 = 0x000fffffffffffff;
/** q is the exponent field less this; a field of 0 counts as 1. */
const EXPONENT_BIAS: i32 = 1075;
/** Below it each integer is a double, so it is its own shortest form. */
const INTEGER_LIMIT: f64 = 9007199254740992;

const TEN_TO_8: u64 = 100000000;
const TEN_TO_16: u64 = 10000000000000000;
/** A rest of less than 2^60 / 2^128 is no rest; see `roundToOdd`. */
const EXACT_BITS: u64 = 60;

/** Significant digits are laid out as 17, the most that a double needs; the last ones may be 0. */
const DIGITS: i32 = 17;
/** Where JavaScript changes to the form with an exponent: 1e21 and 1e-7, as positions of the decimal point. */
const POINT_MAX: i32 = 21;
const POINT_MIN: i32 = -5;

/** ASCII in memory order, little-endian: "0" eight times, "0.000000" and "null". */
const ZEROS: u64 = 0x3030303030303030;
const ZERO_POINT_ZEROS: u64 = 0x3030303030302e30;
const NULL: u32 = 0x6c6c756e;
const MINUS: u32 = 0x2d;
const PLUS: u32 = 0x2b;
const POINT: u32 = 0x2e;
const ZERO: u32 = 0x30;
const EXPONENT: u32 = 0x65;

/**
 * Writes the number as JavaScript does; NaN and the infinities become `null`, as in JSON.
 *
 * At most 25 bytes; up to 40 bytes from `out` on are overwritten. Returns the address after the number.
 */
export function formatNumber(value: f64, out: usize): usize {
  let at = out;
  let magnitude = value;
  if (value < 0) {
    store<u8>(at++, MINUS);
    magnitude = -value;
  }
  if (magnitude < INTEGER_LIMIT) {
    const integer = <u64>magnitude;
    if (<f64>integer == magnitude) return formatInteger(integer, at);
  } else if (!(magnitude < Infinity)) {
    store<u32>(out, NULL);
    return out + 4;
  }
  return formatShortest(reinterpret<u64>(magnitude), at);
}

/** Writes an integer: at most 20 bytes, and up to 24 from `out` on are overwritten. Returns the address after it. */
export function formatInteger(value: u64, out: usize): usize {
  if (value < TEN_TO_8) return formatUpTo8(value, out);
  const high = value / TEN_TO_8;
  let at: usize;
  if (high < TEN_TO_8) {
    at = formatUpTo8(high, out);
  } else {
    const top = high / TEN_TO_8;
    at = formatUpTo8(top, out);
    store<u64>(at, eightDigits(high - top * TEN_TO_8) | ZEROS);
    at += 8;
  }
  store<u64>(at, eightDigits(value - high * TEN_TO_8) | ZEROS);
  return at + 8;
}

/** Writes an integer below 10^8. */
function formatUpTo8(value: u64, out: usize): usize {
  const digits = eightDigits(value);
  const leadingZeros = min<u64>(ctz(digits) >> 3, 7); // the last digit stays, also when it is 0
  store<u64>(out, (digits | ZEROS) >> (leadingZeros << 3));
  return out + 8 - <usize>leadingZeros;
}

/**
 * The eight decimal digits of an integer below 10^8 as eight bytes 0–9, the first digit in the lowest byte.
 *
 * The halves are split in parallel: two lanes of four digits, then four of two, then eight of one. Each quotient is a
 * product with a rounded-up reciprocal, exact for the range of its lane.
 */
function eightDigits(value: u64): u64 {
  const high = (value * 109951163) >> 40; // ⌈2^40 / 10^4⌉
  const fours = high | ((value - high * 10000) << 32);
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f; // ⌈2^20 / 100⌉
  const twos = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f; // ⌈2^10 / 10⌉
  return tens | ((twos - tens * 10) << 8);
}

/** Writes the double of these bits, which is positive and finite. */
function formatShortest(bits: u64, out: usize): usize {
  const field = <i32>(bits >> FRACTION_BITS);
  const fraction = bits & FRACTION_MASK;
  const isNormal = field != 0;
  const c = isNormal ? fraction | HIDDEN_BIT : fraction;
  const q = (isNormal ? field : 1) - EXPONENT_BIAS;
  // The double below a power of two is only half as far away, except below the smallest normal one.
  const isLowerCloser = fraction == 0 && field > 1;
  // ⌊log10(2^q)⌋, or ⌊log10(3/4·2^q)⌋: the length of the rounding interval.
  const k = (q * 1262611 - (isLowerCloser ? 524031 : 0)) >> 22;
  let digits = shortestMultiple(c, q, k, isLowerCloser);
  let point = k + DIGITS;
  const isShort = digits < TEN_TO_16; // half of all numbers, so no branch
  digits = select<u64>(digits * 10, digits, isShort);
  point -= i32(isShort);
  while (digits < TEN_TO_16) {
    digits *= 10; // of the doubles below the smallest normal one
    point--;
  }
  return layOut(digits, point, out);
}

/**
 * The shortest form of c·2^q as a multiple of 10^k; if its digits are fewer than k allows, it ends in 0.
 *
 * The decisions are selects, because no branch predictor can guess them.
 */
function shortestMultiple(c: u64, q: i32, k: i32, isLowerCloser: bool): u64 {
  const h = <u64>(q + ((-k * 1741647) >> 19) + 1); // q + ⌊log2(10^-k)⌋ + 1, from 1 to 4
  const power = POWERS + ((<usize>(-k - POWER_MIN)) << 4);
  const gHigh = load<u64>(power);
  const gLow = load<u64>(power, 8);

  // g·cp / 2^128 is four times the double in units of 10^k: the words p2, p1, p0.
  const cp = c << (h + 2);
  const p0 = gLow * cp;
  const carried = highProduct(gLow, cp);
  const p1 = gHigh * cp + carried;
  const p2 = highProduct(gHigh, cp) + u64(p1 < carried);
  const middle = roundToOdd(p2, p1, p0);

  // The ends of the rounding interval are half the distance to the next double away: 2·2^h·g, or 2^h·g.
  const above = h + 1;
  const below = above - u64(isLowerCloser);
  const lower = differenceToOdd(p2, p1, p0, gHigh, gLow, below);
  const upper = sumToOdd(p2, p1, p0, gHigh, gLow, above);

  // The ends belong to the interval if c is even: a tie is read back as the even one.
  const isOdd = c & 1;
  const s = middle >> 2;
  const tens = s - (s % 10);
  const isTensInside = lower + isOdd <= 4 * tens;
  const isNextTensInside = 4 * tens + 40 + isOdd <= upper;
  const isInside = lower + isOdd <= 4 * s;
  const isNextInside = 4 * s + 4 + isOdd <= upper;
  // If both are inside, the closer one, and of two equally close ones the even.
  const isNextCloser = middle + (s & 1) > 4 * s + 2;
  const shortest = s + u64(select<bool>(isNextInside, isNextCloser, isInside != isNextInside));
  return select<u64>(tens + 10 * u64(isNextTensInside), shortest, isTensInside != isNextTensInside);
}

/**
 * A number of three words in units of the highest, its last bit set if there is a rest: comparisons of the result with
 * even numbers are as exact as with the rest.
 *
 * The number is too large by at most 2^60 of 2^128, since g is rounded up and cp below 2^60. A real rest is never that
 * small, nor that close to the next unit: over all doubles and ends it is at least 2^62, and as far from 2^128.
 */
function roundToOdd(p2: u64, p1: u64, p0: u64): u64 {
  return p2 | u64((p1 | (p0 >> EXACT_BITS)) != 0);
}

/** p + (g << shift) */
function sumToOdd(p2: u64, p1: u64, p0: u64, gHigh: u64, gLow: u64, shift: u64): u64 {
  const low = p0 + (gLow << shift);
  const carry = u64(low < p0);
  const addend = (gHigh << shift) | (gLow >> (64 - shift));
  const partial = p1 + addend;
  const middle = partial + carry;
  const carries = u64(partial < addend) + u64(middle < carry);
  return roundToOdd(p2 + (gHigh >> (64 - shift)) + carries, middle, low);
}

/** p - (g << shift) */
function differenceToOdd(p2: u64, p1: u64, p0: u64, gHigh: u64, gLow: u64, shift: u64): u64 {
  const low = p0 - (gLow << shift);
  const borrow = u64(low > p0);
  const subtrahend = (gHigh << shift) | (gLow >> (64 - shift));
  const partial = p1 - subtrahend;
  const middle = partial - borrow;
  const borrows = u64(partial > p1) + u64(middle > partial);
  return roundToOdd(p2 - (gHigh >> (64 - shift)) - borrows, middle, low);
}

/** The high half of the 128-bit product, from four products of 32-bit halves. */
function highProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const first = aHigh * bLow + ((aLow * bLow) >> 32);
  const second = aLow * bHigh + (first & 0xffffffff);
  return aHigh * bHigh + (first >> 32) + (second >> 32);
}

/** Writes 0.d₁d₂…d₁₇ · 10^point as JavaScript lays it out. */
function layOut(digits: u64, point: i32, out: usize): usize {
  const high = digits / TEN_TO_8;
  const first = <u32>(high / TEN_TO_8);
  const middle = eightDigits(high % TEN_TO_8);
  const last = eightDigits(digits - high * TEN_TO_8);
  const count = significantDigits(middle, last);
  if (point > 0 && point <= POINT_MAX) return layOutPlain(first, middle, last, count, point, out);
  if (point <= 0 && point >= POINT_MIN) {
    store<u64>(out, ZERO_POINT_ZEROS);
    const at = out + <usize>(2 - point);
    storeDigits(first, middle, last, at);
    return at + count;
  }
  return layOutWithExponent(first, middle, last, count, point - 1, out);
}

/** Digits up to the last one that is not 0; the first one is not. */
function significantDigits(middle: u64, last: u64): usize {
  if (last != 0) return 17 - <usize>(clz(last) >> 3);
  if (middle != 0) return 9 - <usize>(clz(middle) >> 3);
  return 1;
}

function storeDigits(first: u32, middle: u64, last: u64, out: usize): void {
  store<u8>(out, first | ZERO);
  store<u64>(out, middle | ZEROS, 1);
  store<u64>(out, last | ZEROS, 9);
}

/** Digits with the point after `point` of them, from 1 to 21. */
function layOutPlain(first: u32, middle: u64, last: u64, count: usize, point: usize, out: usize): usize {
  if (point == 1 && count > 1) {
    layOutScientific(first, middle, last, out);
    return out + 1 + count;
  }
  storeDigits(first, middle, last, out);
  if (count <= point) {
    store<u64>(out, ZEROS, DIGITS);
    return out + point;
  }
  v128.store(out + point, v128.load(out + point), 1);
  store<u8>(out + point, POINT);
  return out + 1 + count;
}

/** d₁.d₂…d₁₇ */
function layOutScientific(first: u32, middle: u64, last: u64, out: usize): void {
  store<u16>(out, first | ZERO | (POINT << 8));
  store<u64>(out, middle | ZEROS, 2);
  store<u64>(out, last | ZEROS, 10);
}

function layOutWithExponent(first: u32, middle: u64, last: u64, count: usize, exponent: i32, out: usize): usize {
  layOutScientific(first, middle, last, out);
  const at = count > 1 ? out + 1 + count : out + 1;
  store<u16>(at, EXPONENT | ((exponent < 0 ? MINUS : PLUS) << 8));
  return formatUpTo8(<u64>abs<i32>(exponent), at + 2);
}
