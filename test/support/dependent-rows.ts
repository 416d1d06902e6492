/** Generated rows that depend on each other, and the slow way to tell which of them fail. */
import fc from 'fast-check';

/** A line of JSON Lines, and what it says. */
export interface DependentRow {
  readonly line: string;
  readonly id: string | number | undefined;
  readonly dependsOn: readonly (string | number)[];
  /** Fails by itself: its text is missing, no string or too large, it is no JSON object, or its dependencies are none. */
  readonly isBad: boolean;
}

/** Largest text that is none too large. */
export const MAX_BYTES = 40;

/** Few ids, so that they repeat, and a number and a string that look the same. */
const id = fc.constantFrom<string | number>('a', 'b', 'c', 'd', 'e', 'f', 'g', 'é"\\', 1, '1', 2, 3, 4, 5, 6, 7);

const row: fc.Arbitrary<DependentRow> = fc
  .record({
    id: fc.option(id, { nil: undefined, freq: 8 }),
    parts: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom<unknown>(undefined, null, []) },
      { weight: 3, arbitrary: id },
      { weight: 2, arbitrary: fc.array(id, { maxLength: 3 }) },
    ),
    text: fc.oneof(
      { weight: 20, arbitrary: fc.constant<unknown>('Water turns the wheel.') },
      {
        weight: 1,
        arbitrary: fc.constantFrom<unknown>(undefined, 3, null, 'é'.repeat(MAX_BYTES), '\ud800'.repeat(14)),
      },
    ),
  })
  .map(({ id, parts, text }) => {
    const isBad = typeof text !== 'string' || Buffer.byteLength(text) > MAX_BYTES;
    const line = JSON.stringify({ id, text, parts });
    return { line, id, dependsOn: Array.isArray(parts) ? parts : isId(parts) ? [parts] : [], isBad };
  });

const odd: fc.Arbitrary<DependentRow> = fc
  .constantFrom(
    '{"id":"a"',
    '[]',
    '"a"',
    '{"id":"a","id":{},"text":""',
    '{"text":"","parts":{"a":1}}',
    '{"text":"","parts":[[]]}',
  )
  .map((line) => ({ line, id: undefined, dependsOn: [], isBad: true }));

export const dependentRows = fc.array(fc.oneof({ weight: 25, arbitrary: row }, { weight: 1, arbitrary: odd }), {
  maxLength: 30,
});

/** Whether each row fails: it is bad, an id is missing, or one of the documents that it depends on fails or is on a cycle with it. */
export function failuresByModel(rows: readonly DependentRow[]): boolean[] {
  const dependencies = rows.map(({ dependsOn }) => dependsOn.map((id) => ordinalsOf(rows, id)));
  const failed = rows.map(({ isBad }, ordinal) => {
    return isBad || dependencies[ordinal]!.some((those) => those.length === 0) || reaches(ordinal, ordinal);
  });
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    for (const [ordinal, those] of dependencies.entries()) {
      if (failed[ordinal] || !those.flat().some((each) => failed[each])) continue;
      failed[ordinal] = true;
      isSettled = false;
    }
  }
  return failed;

  function reaches(from: number, to: number, seen = new Set<number>()): boolean {
    return dependencies[from]!.flat().some((each) => {
      if (each === to) return true;
      if (seen.has(each)) return false;
      seen.add(each);
      return reaches(each, to, seen);
    });
  }
}

function ordinalsOf(rows: readonly DependentRow[], id: string | number): number[] {
  return rows.flatMap((row, ordinal) => (row.id === id ? [ordinal] : []));
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
