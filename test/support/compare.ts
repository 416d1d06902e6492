/**
 * How reports are compared: counts, verdicts and reasons must be equal, bits and ratios agree within 1e-9·max(1, |x|).
 *
 * What is expected is a tree of values under the report's names. A part of it that the report does not have, a whole
 * top-level field or the statistics of a filter, is left out by `differences` and missed by `completeDifferences`; but
 * never a count or an entropy. And a report that has more than counts and entropy needs more than these expected of it.
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

/** Statistics of a filter that are no counts. */
const IS_RATIO = /_ratio$|_frac$|^mean_word_length$/;

/** What a report has beside the measures; the expected values of filters may be in another place. */
const BESIDE_MEASURES: ReadonlySet<string> = new Set(['schema', 'id', 'replaced', 'filters']);

/** One line for each value that differs; empty when all agree. `name` says whose they are. */
export function differences(name: string, actual: object, expected: object): string[] {
  return differencesOf(name, actual, expected, isAbsentPart);
}

/** As `differences`, and everything that is expected must be there, the statistics of the filters too. */
export function completeDifferences(name: string, actual: object, expected: object): string[] {
  return differencesOf(name, actual, expected, () => false);
}

function differencesOf(
  name: string,
  actual: object,
  expected: object,
  isLeftOut: (actual: object, path: readonly string[]) => boolean,
): string[] {
  const found: string[] = [];
  for (const required of REQUIRED) if (!(required in actual)) found.push(`${name}: ${required} is missing`);
  for (const unexpected of unexpectedMeasures(actual, expected)) {
    found.push(`${name}: ${unexpected} is there, and nothing to compare it with`);
  }
  for (const [path, want] of leaves(expected)) {
    if (path[0] === 'id' || isLeftOut(actual, path)) continue;
    const got = valueAt(actual, path);
    const isSame = isExact(path) ? got === want : isClose(got, want);
    if (!isSame) found.push(`${name}: ${path.join('.')} is ${String(got)}, expected ${String(want)}`);
  }
  found.push(...misplacedStats(actual, expected).map((filter) => `${name}: ${filter}.stats are in another order`));
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

function isExact(path: readonly string[]): boolean {
  const [top = '', , part] = path;
  if (top === 'filters') return part !== 'stats' || !IS_RATIO.test(path.at(-1) ?? '');
  return COUNTS.has(top);
}

/** A top-level field that the report lacks, or the statistics of a filter whose verdict it has without them. */
function isAbsentPart(actual: object, path: readonly string[]): boolean {
  const [top = '', filter = '', part] = path;
  if (!(top in actual)) return true;
  if (top !== 'filters' || part !== 'stats') return false;
  const verdict = valueAt(actual, [top, filter]);
  return isRecord(verdict) && !('stats' in verdict);
}

/** An expectation of entropy alone would pass over whatever else the report has. */
function unexpectedMeasures(actual: object, expected: object): string[] {
  if (!('entropy' in expected)) return [];
  return Object.keys(actual).filter((key) => !(key in expected) && !BESIDE_MEASURES.has(key));
}

/** The filters whose statistics do not follow the order of those expected. */
function misplacedStats(actual: object, expected: object): string[] {
  const filters = valueAt(expected, ['filters']);
  if (!isRecord(filters)) return [];
  return Object.keys(filters).filter((filter) => {
    const got = valueAt(actual, ['filters', filter, 'stats']);
    const want = valueAt(expected, ['filters', filter, 'stats']);
    if (!isRecord(got) || !isRecord(want)) return false;
    const inBoth = (one: object, other: object): string[] => Object.keys(one).filter((key) => key in other);
    return inBoth(got, want).join() !== inBoth(want, got).join();
  });
}

function valueAt(tree: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), tree);
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
