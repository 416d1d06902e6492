/**
 * Share of a standard normal distribution that lies above `z`; relative error below 1.2e-7 for positive `z`.
 *
 * Press et al. 1992, _Numerical Recipes_, 6.2: a Chebyshev fit of the complementary error function.
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const tail = (t * Math.exp(-x * x + COEFFICIENTS.reduceRight((sum, each) => sum * t + each, 0))) / 2;
  return z >= 0 ? tail : 1 - tail;
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

const HALVINGS = 60;

/** The `z` of which a share of a standard normal distribution lies within ±`z`. @param confidence - 0 to 0.999999. */
export function normalQuantile(confidence: number): number {
  let [low, high] = [0, 8];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (1 - 2 * normalTail(middle) < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
