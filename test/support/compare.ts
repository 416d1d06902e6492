/**
 * How measures are compared: counts must be equal, bits and ratios agree within 1e-9·max(1, |x|).
 *
 * What is expected is a tree of numbers under the report's names. A part of it that the report does not have yet (a whole
 * top-level field) is left out, but never a count or an entropy.
 */
const REQUIRED = [
  'bytes',
  'chars',
  'words',
  'tokens',
  'distinctTokens',
  'lines',
  'paragraphs',
  'sentences',
  'entropy',
] as const;

const COUNTS: ReadonlySet<string> = new Set([...REQUIRED.filter((name) => name !== 'entropy'), 'replaced']);

/** One line for each measure that differs; empty when all agree. `name` says whose they are. */
export function differences(name: string, actual: object, expected: object): string[] {
  const found: string[] = [];
  for (const required of REQUIRED) if (!(required in actual)) found.push(`${name}: ${required} is missing`);
  for (const [path, want] of leaves(expected)) {
    const top = path[0] ?? '';
    if (top === 'id' || !(top in actual)) continue;
    const got = path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), actual);
    const isSame = COUNTS.has(top) ? got === want : isClose(got, want);
    if (!isSame) found.push(`${name}: ${path.join('.')} is ${String(got)}, expected ${String(want)}`);
  }
  const replaced = (value: object): unknown => ('replaced' in value ? value.replaced : 0);
  if (replaced(actual) !== replaced(expected)) {
    found.push(`${name}: replaced is ${String(replaced(actual))}, expected ${String(replaced(expected))}`);
  }
  return found;
}

/** Equal, both null, or numbers within 1e-9·max(1, |x|). */
export function isClose(actual: unknown, expected: unknown): boolean {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual === expected;
  return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}

function* leaves(tree: object, path: readonly string[] = []): Generator<[readonly string[], unknown]> {
  for (const [key, value] of Object.entries(tree) as [string, unknown][]) {
    if (isRecord(value)) yield* leaves(value, [...path, key]);
    else yield [[...path, key], value];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
