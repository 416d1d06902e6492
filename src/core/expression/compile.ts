import type {
  ArithmeticOperator,
  BooleanNode,
  ComparisonOperator,
  ExpressionNode,
  NumberNode,
  UnaryFunction,
  VariadicFunction,
} from './nodes.js';

export type Predicate<T> = (row: T) => boolean;

/** NaN stands for null, and for a result that is no number: the two behave alike everywhere. */
export type NumberOf<T> = (row: T) => number;

/** Where a field's value is found in a `T`; called once for each mention of a field, when an expression is compiled. */
export interface FieldReader<T> {
  number(path: string): NumberOf<T>;
  boolean(path: string): Predicate<T>;
  /** Tells whether a text is this one, or null. */
  textIs(path: string, text: string | null): Predicate<T>;
}

/** Makes a predicate of an expression: closures of our own, no code is generated. It never throws. */
export function compileExpression<T>(node: ExpressionNode, fields: FieldReader<T>): Predicate<T> {
  switch (node.kind) {
    case 'constant':
      return constant(node.value);
    case 'field':
      return fields.boolean(node.path);
    case 'textIs':
      return fields.textIs(node.path, node.text);
    case 'isNull':
      return isNull(compileNumber(node.of, fields));
    case 'not':
      return negation(compileExpression(node.of, fields));
    case 'and':
      return all(compileEach(node.of, fields));
    case 'or':
      return any(compileEach(node.of, fields));
    case 'compare':
      return comparison(
        node.operators,
        node.operands.map((operand) => compileNumber(operand, fields)),
      );
    case 'same':
      return same(compileExpression(node.left, fields), compileExpression(node.right, fields));
    case 'choose':
      return choice(
        compileExpression(node.test, fields),
        compileExpression(node.yes, fields),
        compileExpression(node.no, fields),
      );
  }
}

function compileEach<T>(nodes: readonly BooleanNode[], fields: FieldReader<T>): Predicate<T>[] {
  return nodes.map((node) => compileExpression(node, fields));
}

function compileNumber<T>(node: NumberNode, fields: FieldReader<T>): NumberOf<T> {
  switch (node.kind) {
    case 'constant':
      return constant(node.value);
    case 'field':
      return fields.number(node.path);
    case 'negate':
      return negative(compileNumber(node.of, fields));
    case 'arithmetic':
      return arithmetic(node.operator, compileNumber(node.left, fields), compileNumber(node.right, fields));
    case 'unary':
      return applied(UNARY[node.name], compileNumber(node.of, fields));
    case 'variadic':
      return folded(
        VARIADIC[node.name],
        node.of.map((operand) => compileNumber(operand, fields)),
      );
    case 'choose':
      return choice(
        compileExpression(node.test, fields),
        compileNumber(node.yes, fields),
        compileNumber(node.no, fields),
      );
  }
}

const UNARY: Readonly<Record<UnaryFunction, (value: number) => number>> = {
  abs: Math.abs,
  sqrt: Math.sqrt,
  log2: Math.log2,
  log10: Math.log10,
  log: Math.log,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
};

const VARIADIC: Readonly<Record<VariadicFunction, (left: number, right: number) => number>> = {
  min: (left, right) => Math.min(left, right),
  max: (left, right) => Math.max(left, right),
};

/** A comparison with NaN is false, `!=` not excepted. */
const COMPARISONS: Readonly<Record<ComparisonOperator, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': differ,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function differ(left: number, right: number): boolean {
  return left < right || left > right;
}

/** `**`, but with null to the power of 0 null, as all arithmetic with null. */
function power(base: number, exponent: number): number {
  return Number.isNaN(base) ? NaN : base ** exponent;
}

function constant<V>(value: V): () => V {
  return () => value;
}

function isNull<T>(value: NumberOf<T>): Predicate<T> {
  return (row) => Number.isNaN(value(row));
}

function negation<T>(of: Predicate<T>): Predicate<T> {
  return (row) => !of(row);
}

function all<T>(parts: readonly Predicate<T>[]): Predicate<T> {
  return (row) => {
    for (const part of parts) if (!part(row)) return false;
    return true;
  };
}

function any<T>(parts: readonly Predicate<T>[]): Predicate<T> {
  return (row) => {
    for (const part of parts) if (part(row)) return true;
    return false;
  };
}

function same<T>(left: Predicate<T>, right: Predicate<T>): Predicate<T> {
  return (row) => left(row) === right(row);
}

function choice<T, V>(test: Predicate<T>, yes: (row: T) => V, no: (row: T) => V): (row: T) => V {
  return (row) => (test(row) ? yes(row) : no(row));
}

function comparison<T>(operators: readonly ComparisonOperator[], operands: readonly NumberOf<T>[]): Predicate<T> {
  const [operator] = operators;
  const [left, right] = operands;
  if (operators.length === 1 && operator && left && right) return pair(operator, left, right);
  return chain(
    operators.map((name) => COMPARISONS[name]),
    operands,
  );
}

/** A closure of its own for each operator, which spares a call. */
function pair<T>(operator: ComparisonOperator, left: NumberOf<T>, right: NumberOf<T>): Predicate<T> {
  switch (operator) {
    case '==':
      return (row) => left(row) === right(row);
    case '!=':
      return (row) => differ(left(row), right(row));
    case '<':
      return (row) => left(row) < right(row);
    case '<=':
      return (row) => left(row) <= right(row);
    case '>':
      return (row) => left(row) > right(row);
    case '>=':
      return (row) => left(row) >= right(row);
  }
}

/** Each operand is computed once at most: twice would be exponential in chains inside of chains. */
function chain<T>(
  holds: readonly ((left: number, right: number) => boolean)[],
  operands: readonly NumberOf<T>[],
): Predicate<T> {
  return (row) => {
    let left = operands[0]!(row);
    for (let i = 0; i < holds.length; i++) {
      const right = operands[i + 1]!(row);
      if (!holds[i]!(left, right)) return false;
      left = right;
    }
    return true;
  };
}

function arithmetic<T>(operator: ArithmeticOperator, left: NumberOf<T>, right: NumberOf<T>): NumberOf<T> {
  switch (operator) {
    case '+':
      return (row) => left(row) + right(row);
    case '-':
      return (row) => left(row) - right(row);
    case '*':
      return (row) => left(row) * right(row);
    case '/':
      return (row) => left(row) / right(row);
    case '%':
      return (row) => left(row) % right(row);
    case '^':
      return (row) => power(left(row), right(row));
  }
}

function negative<T>(of: NumberOf<T>): NumberOf<T> {
  return (row) => -of(row);
}

function applied<T>(apply: (value: number) => number, of: NumberOf<T>): NumberOf<T> {
  return (row) => apply(of(row));
}

function folded<T>(apply: (left: number, right: number) => number, of: readonly NumberOf<T>[]): NumberOf<T> {
  return (row) => {
    let value = of[0]!(row);
    for (let i = 1; i < of.length; i++) value = apply(value, of[i]!(row));
    return value;
  };
}
