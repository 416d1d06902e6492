/**
 * Proves what test/engine/expression compares at random, one rule at a time: null, what is no number, the order of evaluation. Rows
 * are plain objects here.
 */
import { describe, expect, it } from 'vitest';
import { compileExpression, type FieldReader } from '../../../src/core/expression/compile.js';
import type { ExpressionNode, NumberNode } from '../../../src/core/expression/nodes.js';

type Row = Readonly<Record<string, number | boolean | string | null>>;

/** Reads an object, and notes what it has read. */
class RowFields implements FieldReader<Row> {
  readonly read: string[] = [];

  number(path: string): (row: Row) => number {
    return (row) => {
      this.read.push(path);
      const value = row[path];
      return typeof value === 'number' ? value : NaN;
    };
  }

  boolean(path: string): (row: Row) => boolean {
    return (row) => {
      this.read.push(path);
      return row[path] === true;
    };
  }

  textIs(path: string, text: string | null): (row: Row) => boolean {
    return (row) => row[path] === text;
  }
}

const X: NumberNode = { kind: 'field', path: 'x' };
const Y: NumberNode = { kind: 'field', path: 'y' };
const ONE: NumberNode = { kind: 'constant', value: 1 };
const ZERO: NumberNode = { kind: 'constant', value: 0 };

function isTrue(node: ExpressionNode, row: Row): boolean {
  return compileExpression(node, new RowFields())(row);
}

describe('null', () => {
  it.each(['==', '!=', '<', '<=', '>', '>='] as const)('makes %s false, whichever side it is on', (operator) => {
    const compare = (left: NumberNode, right: NumberNode) =>
      isTrue({ kind: 'compare', operators: [operator], operands: [left, right] }, { x: null, y: 1 });
    expect([compare(X, Y), compare(Y, X), compare(X, X)]).toEqual([false, false, false]);
  });

  it.each(['+', '-', '*', '/', '%', '^'] as const)('is what %s makes of it', (operator) => {
    for (const [left, right] of [
      [X, ONE],
      [ONE, X],
      [X, ZERO],
    ] as const) {
      const node: ExpressionNode = { kind: 'isNull', of: { kind: 'arithmetic', operator, left, right } };
      expect(isTrue(node, { x: null })).toBe(true);
    }
  });

  it('is what a function makes of it', () => {
    const round: NumberNode = { kind: 'unary', name: 'round', of: X };
    const min: NumberNode = { kind: 'variadic', name: 'min', of: [ONE, X, ZERO] };
    expect(isTrue({ kind: 'isNull', of: round }, { x: null })).toBe(true);
    expect(isTrue({ kind: 'isNull', of: min }, { x: null })).toBe(true);
    expect(isTrue({ kind: 'isNull', of: min }, { x: 5 })).toBe(false);
  });

  it('is what 0 / 0 gives, and not what 1 / 0 gives', () => {
    const quotient = (left: NumberNode): ExpressionNode => ({
      kind: 'isNull',
      of: { kind: 'arithmetic', operator: '/', left, right: ZERO },
    });
    expect(isTrue(quotient(ZERO), {})).toBe(true);
    expect(isTrue(quotient(ONE), {})).toBe(false);
  });
});

describe('evaluation', () => {
  it('computes each part of a chain once, and stops at the first pair that fails', () => {
    const fields = new RowFields();
    const Z: NumberNode = { kind: 'field', path: 'z' };
    const chain = compileExpression({ kind: 'compare', operators: ['<', '<'], operands: [X, Y, Z] }, fields);
    expect(chain({ x: 1, y: 2, z: 3 })).toBe(true);
    expect(fields.read.splice(0)).toEqual(['x', 'y', 'z']);
    expect(chain({ x: 2, y: 1, z: 3 })).toBe(false);
    expect(fields.read).toEqual(['x', 'y']);
  });

  it('stops at the first part that decides and or or', () => {
    const fields = new RowFields();
    const of = ['a', 'b', 'c'].map((path) => ({ kind: 'field', path }) as const);
    const row = { a: true, b: false, c: true };
    expect(compileExpression({ kind: 'and', of }, fields)(row)).toBe(false);
    expect(fields.read.splice(0)).toEqual(['a', 'b']);
    expect(compileExpression({ kind: 'or', of }, fields)(row)).toBe(true);
    expect(fields.read).toEqual(['a']);
  });

  it('is linear in the length of chains inside of chains', () => {
    const fields = new RowFields();
    let number: NumberNode = X;
    for (let depth = 0; depth < 60; depth++) {
      const test: ExpressionNode = { kind: 'compare', operators: ['<', '<'], operands: [ZERO, number, X] };
      number = { kind: 'choose', test, yes: ONE, no: ZERO };
    }
    compileExpression({ kind: 'compare', operators: ['<'], operands: [ZERO, number] }, fields)({ x: 2 });
    expect(fields.read.length).toBeLessThan(200);
  });
});
