/**
 * An expression over a report, read and checked: plain data that survives JSON and a structured clone, so that it can be sent
 * to a worker, which compiles it there. Types are settled by the shape: a `NumberNode` is a number or null, a `BooleanNode` is
 * true or false and never null, and strings stand nowhere but in `textIs`.
 */
export type ExpressionNode = BooleanNode;

export const ARITHMETIC_OPERATORS = ['+', '-', '*', '/', '%', '^'] as const;
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number];

export const COMPARISON_OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** Functions of one number. */
export const UNARY_FUNCTIONS = ['abs', 'sqrt', 'log2', 'log10', 'log', 'floor', 'ceil', 'round'] as const;
export type UnaryFunction = (typeof UNARY_FUNCTIONS)[number];

/** Functions of one number or more. */
export const VARIADIC_FUNCTIONS = ['min', 'max'] as const;
export type VariadicFunction = (typeof VARIADIC_FUNCTIONS)[number];

export type NumberNode =
  /** Finite. */
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'field'; readonly path: string }
  | { readonly kind: 'negate'; readonly of: NumberNode }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: NumberNode;
      readonly right: NumberNode;
    }
  | { readonly kind: 'unary'; readonly name: UnaryFunction; readonly of: NumberNode }
  /** At least one. */
  | { readonly kind: 'variadic'; readonly name: VariadicFunction; readonly of: readonly NumberNode[] }
  | { readonly kind: 'choose'; readonly test: BooleanNode; readonly yes: NumberNode; readonly no: NumberNode };

export type BooleanNode =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'field'; readonly path: string }
  /** Whether a field of text is exactly this text, or null. */
  | { readonly kind: 'textIs'; readonly path: string; readonly text: string | null }
  | { readonly kind: 'isNull'; readonly of: NumberNode }
  | { readonly kind: 'not'; readonly of: BooleanNode }
  /** At least two. */
  | { readonly kind: 'and' | 'or'; readonly of: readonly BooleanNode[] }
  /** `operands[0] operators[0] operands[1] operators[1] …`: each pair holds. One operand more than operators. */
  | {
      readonly kind: 'compare';
      readonly operators: readonly ComparisonOperator[];
      readonly operands: readonly NumberNode[];
    }
  | { readonly kind: 'same'; readonly left: BooleanNode; readonly right: BooleanNode }
  | { readonly kind: 'choose'; readonly test: BooleanNode; readonly yes: BooleanNode; readonly no: BooleanNode };
