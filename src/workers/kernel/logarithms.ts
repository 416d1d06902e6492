/**
 * `count · log2(count)`, the term of every entropy here: H = log2(N) − (Σ c·log2 c) / N over the counts c that sum to N.
 *
 * Nearly all counts are small, so a table turns the entropy of a text into one addition for each distinct symbol.
 */
const TABLE_COUNTS: u32 = 4096;

/** One term for each count below `TABLE_COUNTS`. */
const TERMS: usize = memory.data(4096 << 3, 16);

export function prepareLogarithms(): void {
  for (let count: u32 = 2; count < TABLE_COUNTS; count++) {
    store<f64>((<usize>count) << 3, countLogCount(<f64>count), TERMS);
  }
}

export function termOf(count: u32): f64 {
  return isSmall(count) ? smallTerm(count) : countLogCount(<f64>count);
}

/** Whether `smallTerm` knows the term. The union of the bits of several counts is small only if each of them is. */
export function isSmall(count: u32): bool {
  return count < TABLE_COUNTS;
}

/** The term of a small count, for loops: a function that calls no other is inlined. */
export function smallTerm(count: u32): f64 {
  return load<f64>((<usize>count) << 3, TERMS);
}

export function log2Of(count: u32): f64 {
  if (count < TABLE_COUNTS) return load<f64>((<usize>count) << 3, TERMS) / <f64>count;
  return Math.log2(<f64>count);
}

/** The entropy in bits of `total` symbols, `distinct` of them different, whose terms add up to `terms`. */
export function entropyOf(total: u32, distinct: u32, terms: f64): f64 {
  if (distinct < 2) return 0;
  return log2Of(total) - terms / <f64>total;
}

function countLogCount(count: f64): f64 {
  return count * Math.log2(count);
}
