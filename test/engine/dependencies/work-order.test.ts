/**
 * Proves that the order of work holds each row once and after all that it depends on; that a row which comes out of its turn is
 * needed by the first one that is missing; that settled rows come in their own order and hold up nobody; and that a chain as long
 * as the run is no trouble. By random graphs, and by a walk that asks the obvious question at every step.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workOrder } from '../../../src/engine/dependencies/work-order.js';
import { CsrBuilder, type Csr } from '../../../src/engine/graph/csr.js';

const ROWS_MAX = 40;

function graphOf(dependsOn: readonly (readonly number[])[]): Csr {
  const builder = new CsrBuilder(dependsOn.length);
  for (const targets of dependsOn) {
    for (const target of targets) builder.add(target);
    builder.endNode();
  }
  return builder.build();
}

/** Acyclic, edges in both directions: a row depends only on rows of a lower place in a random order. */
const graphs = fc
  .array(fc.record({ place: fc.nat(), picks: fc.array(fc.nat(), { maxLength: 3 }) }), {
    maxLength: ROWS_MAX,
    size: 'max',
  })
  .map((rows) => {
    const places = [...rows.keys()].sort((one, other) => rows[one]!.place - rows[other]!.place);
    return rows.map(({ picks }, row) => {
      const before = places.slice(0, places.indexOf(row));
      return before.length === 0 ? [] : picks.map((pick) => before[pick % before.length]!);
    });
  });

function reaches(dependsOn: readonly (readonly number[])[], from: number, to: number): boolean {
  return from === to || dependsOn[from]!.some((each) => reaches(dependsOn, each, to));
}

describe('the order of work', () => {
  it('has each row once, after its parts, and none out of turn that nobody needs', () => {
    let outOfTurn = 0;
    fc.assert(
      fc.property(graphs, fc.nat(ROWS_MAX), (dependsOn, start) => {
        const first = Math.min(start, dependsOn.length);
        const taken = new Set(Array.from({ length: first }, (_, row) => row));
        for (const row of workOrder(graphOf(dependsOn), first, () => false)) {
          expect(taken.has(row)).toBe(false);
          for (const part of dependsOn[row]!) expect(taken.has(part)).toBe(true);
          const turn = dependsOn.findIndex((_, each) => !taken.has(each));
          expect(reaches(dependsOn, turn, row)).toBe(true);
          if (row !== turn) outOfTurn++;
          taken.add(row);
        }
        expect(taken.size).toBe(dependsOn.length);
      }),
      { numRuns: 500 },
    );
    expect(outOfTurn).toBeGreaterThan(100);
  });

  it('leaves settled rows in their turn', () => {
    fc.assert(
      fc.property(
        graphs,
        fc.array(fc.boolean(), { minLength: ROWS_MAX, maxLength: ROWS_MAX }),
        (dependsOn, settled) => {
          const isSettled = (row: number): boolean => settled[row]!;
          const order = [...workOrder(graphOf(dependsOn), 0, isSettled)];
          const open = dependsOn.map((parts, row) => (isSettled(row) ? [] : parts.filter((part) => !isSettled(part))));
          expect(order).toEqual([...workOrder(graphOf(open), 0, () => false)]);
          const rows = order.filter(isSettled);
          expect(rows).toEqual([...rows].sort((one, other) => one - other));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('breaks a cycle at a row that is settled', () => {
    const graph = graphOf([[1], [2], [0], [0]]);
    expect([...workOrder(graph, 0, (row) => row < 3)]).toEqual([0, 1, 2, 3]);
  });

  it('goes down a chain of all rows', () => {
    const rows = 200_000;
    const graph = graphOf(Array.from({ length: rows }, (_, row) => (row + 1 < rows ? [row + 1] : [])));
    let expected = rows;
    for (const row of workOrder(graph, 0, () => false)) if (row !== --expected) break;
    expect(expected).toBe(0);
  });
});
