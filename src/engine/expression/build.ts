import type { AccessorNode, ConditionalNode, FunctionNode, MathNode, OperatorNode } from 'mathjs/lib/browser/math.js';
import { FIELDS, type Field, type FieldSettings, type ReasonField } from '../../core/expression/fields.js';
import {
  ARITHMETIC_OPERATORS,
  COMPARISON_OPERATORS,
  UNARY_FUNCTIONS,
  VARIADIC_FUNCTIONS,
  type ArithmeticOperator,
  type BooleanNode,
  type ComparisonOperator,
  type ExpressionNode,
  type NumberNode,
} from '../../core/expression/nodes.js';
import { nearest } from './nearest.js';
import { EXPRESSION_DEPTH_MAX, pictureOf, shorten, type TokenReader } from './tokens.js';

/** A part of an expression with its type, and the column where it begins. */
type Value = { readonly column: number } & (
  | { readonly type: 'number'; readonly node: NumberNode }
  | { readonly type: 'boolean'; readonly node: BooleanNode }
  | { readonly type: 'reason'; readonly field: ReasonField }
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'null' }
);

const FUNCTIONS = [...UNARY_FUNCTIONS, ...VARIADIC_FUNCTIONS];

/**
 * Makes an expression of our own out of mathjs's tree, and refuses everything that is not on the list here.
 *
 * The tree is walked in the order of the text, and the tokens are taken along, so that each refusal knows its column, and what
 * mathjs read differently from us (a percentage, a product without a sign) is found.
 */
export class ExpressionBuilder {
  readonly #tokens: TokenReader;
  readonly #settings: FieldSettings;
  #depth = 0;

  constructor(tokens: TokenReader, settings: FieldSettings) {
    this.#tokens = tokens;
    this.#settings = settings;
  }

  build(root: MathNode): ExpressionNode {
    const value = this.#value(root);
    if (this.#tokens.next.kind !== 'end') throw this.#unexpected('an operator');
    if (value.type !== 'boolean') {
      throw this.#tokens.refuse(`expected a condition such as words > 50, got ${typeOf(value)}`, value.column);
    }
    return value.node;
  }

  #value(node: MathNode): Value {
    const { column } = this.#tokens.next;
    if (++this.#depth > EXPRESSION_DEPTH_MAX) throw this.#tokens.refuseDepth(column);
    const value = this.#valueOf(node, column);
    this.#depth--;
    return value;
  }

  #valueOf(node: MathNode, column: number): Value {
    switch (node.type) {
      case 'ConstantNode':
        return this.#constant(node.value, column);
      case 'SymbolNode':
        return this.#field(this.#tokens.expect(node.name).text, column);
      case 'AccessorNode':
        return this.#field(this.#path(node), column);
      case 'ParenthesisNode':
        return this.#parentheses(node.content, column);
      case 'OperatorNode':
        return this.#operation(node, column);
      case 'RelationalNode':
        return this.#chain(node.params, column);
      case 'ConditionalNode':
        return this.#choice(node, column);
      case 'FunctionNode':
        return this.#call(node, column);
      default:
        throw this.#unexpected('a field, a number or a string');
    }
  }

  #constant(value: unknown, column: number): Value {
    const token = this.#tokens.take();
    if (token.text === 'true' || token.text === 'false') {
      return { type: 'boolean', node: { kind: 'constant', value: token.text === 'true' }, column };
    }
    if (token.text === 'null') return { type: 'null', column };
    if (typeof value === 'string') return { type: 'string', text: value, column };
    if (token.kind !== 'number' || typeof value !== 'number') throw this.#unknownField(token.text, column);
    if (Number.isFinite(value)) return { type: 'number', node: { kind: 'constant', value }, column };
    throw this.#tokens.refuse(`expected a number of 64 bits, got ${shorten(token.text)}`, column);
  }

  #field(path: string, column: number): Value {
    const field = FIELDS.get(path);
    if (field === undefined) throw this.#unknownField(path, column);
    this.#checkMeasured(field, column);
    switch (field.type) {
      case 'number':
        return { type: 'number', node: { kind: 'field', path }, column };
      case 'boolean':
        return { type: 'boolean', node: { kind: 'field', path }, column };
      case 'string':
        return { type: 'reason', field, column };
    }
  }

  #checkMeasured({ path, part }: Field, column: number): void {
    const { measures, stats } = this.#settings;
    if (part !== 'counts' && measures === 'entropy') {
      throw this.#tokens.refuse(`${path} needs --measures all, got --measures entropy`, column);
    }
    if (part === 'stats' && !stats) {
      throw this.#tokens.refuse(`${path} is a statistic and needs --stats`, column);
    }
  }

  #unknownField(path: string, column: number): Error {
    const hint = hintOf(nearest(path, FIELDS.keys()), 'docs/expressions.md lists them all');
    return this.#tokens.refuse(`expected a field of the report, got ${shorten(path)}; ${hint}`, column);
  }

  /** `a.b["c"]` as `a.b.c`. A loop, since a path may be longer than the nesting is deep. */
  #path(node: AccessorNode): string {
    const accessors: AccessorNode[] = [];
    let object: MathNode = node;
    for (; object.type === 'AccessorNode'; object = object.object) accessors.unshift(object);
    if (object.type !== 'SymbolNode') throw this.#unexpected('a field of the report');
    let path = this.#tokens.expect(object.name).text;
    for (const accessor of accessors) path += `.${this.#step(accessor)}`;
    return path;
  }

  #step({ index }: AccessorNode): string {
    if (index.dotNotation) {
      this.#tokens.expect('.');
      return this.#tokens.take().text;
    }
    this.#tokens.expect('[');
    const name = quotedName(index.dimensions);
    if (name === undefined) throw this.#unexpected('a name in quotes');
    this.#tokens.take();
    this.#tokens.expect(']');
    return name;
  }

  #parentheses(content: MathNode, column: number): Value {
    this.#tokens.expect('(');
    const value = this.#value(content);
    this.#tokens.expect(')');
    return { ...value, column };
  }

  #operation(node: OperatorNode, column: number): Value {
    const [left, right] = node.args;
    if (left === undefined) throw this.#unexpected('a value');
    if (right === undefined) return this.#prefix(node.op, left, column);
    if (node.op === 'and' || node.op === 'or') return this.#junction(node, node.op, column);
    const arithmetic = ARITHMETIC_OPERATORS.find((operator) => operator === node.op);
    if (arithmetic === undefined) return this.#comparison(left, right, column);
    return { type: 'number', node: this.#arithmetic(left, arithmetic, right), column };
  }

  #arithmetic(left: MathNode, operator: ArithmeticOperator, right: MathNode): NumberNode {
    const first = this.#number(left, operator);
    // mathjs reads 5% as 5 / 100, and two values side by side as a product.
    if (operator !== '%' && this.#tokens.next.text === '%') {
      throw this.#tokens.refuse('expected an operator with a number behind it, got % alone');
    }
    this.#tokens.expect(operator, 'an operator');
    return { kind: 'arithmetic', operator, left: first, right: this.#number(right, operator) };
  }

  #prefix(operator: string, operand: MathNode, column: number): Value {
    if (operator === '-') {
      this.#tokens.expect('-');
      return { type: 'number', node: { kind: 'negate', of: this.#number(operand, '-') }, column };
    }
    if (operator !== 'not') throw this.#unexpected('a field, a number or a string');
    this.#tokens.expect('not');
    return { type: 'boolean', node: { kind: 'not', of: this.#boolean(operand, 'not', NOT_HINT) }, column };
  }

  /** `a and b and c` leans to the left; it is made one node, so that long lists are not deep. */
  #junction(node: OperatorNode, operator: 'and' | 'or', column: number): Value {
    const operands: MathNode[] = [];
    let left: MathNode = node;
    while (left.type === 'OperatorNode' && left.op === operator) {
      const [before, last]: readonly MathNode[] = left.args;
      if (before === undefined || last === undefined) throw this.#unexpected('a condition');
      operands.unshift(last);
      left = before;
    }
    const of = [this.#boolean(left, operator)];
    for (const operand of operands) {
      this.#tokens.expect(operator);
      of.push(this.#boolean(operand, operator));
    }
    return { type: 'boolean', node: { kind: operator, of }, column };
  }

  #comparison(left: MathNode, right: MathNode, column: number): Value {
    const first = this.#value(left);
    const at = this.#tokens.next.column;
    const operator = this.#comparisonOperator();
    const second = this.#value(right);
    return { type: 'boolean', node: this.#compare(first, operator, second, at), column };
  }

  #comparisonOperator(): ComparisonOperator {
    const { text } = this.#tokens.next;
    const operator = COMPARISON_OPERATORS.find((known) => known === text);
    if (operator === undefined) throw this.#unexpected('an operator');
    this.#tokens.take();
    return operator;
  }

  #compare(left: Value, operator: ComparisonOperator, right: Value, column: number): BooleanNode {
    if (left.type === 'number' && right.type === 'number') {
      return { kind: 'compare', operators: [operator], operands: [left.node, right.node] };
    }
    if (operator !== '==' && operator !== '!=')
      throw this.#tokens.refuse(`${operator} expected two numbers, got ${pairOf(left, right)}`, column);
    const equality = this.#equality(left, right, column);
    if (operator === '==') return equality.node;
    const differs: BooleanNode = { kind: 'not', of: equality.node };
    return equality.present === undefined ? differs : { kind: 'and', of: [equality.present, differs] };
  }

  /** What `==` says of two values that are not both numbers; `present` must hold for `!=` to be true. */
  #equality(left: Value, right: Value, column: number): { readonly node: BooleanNode; readonly present?: BooleanNode } {
    if (left.type === 'boolean' && right.type === 'boolean') {
      return { node: { kind: 'same', left: left.node, right: right.node } };
    }
    if (right.type === 'null' && left.type !== 'string' && left.type !== 'null') return { node: nullTest(left) };
    if (left.type === 'null' && right.type !== 'string' && right.type !== 'null') return { node: nullTest(right) };
    if (left.type === 'reason' && right.type === 'string') return this.#reasonTest(left.field, right);
    if (left.type === 'string' && right.type === 'reason') return this.#reasonTest(right.field, left);
    throw this.#tokens.refuse(`== and != expected ${EQUALITIES}, got ${pairOf(left, right)}`, column);
  }

  #reasonTest(
    { path, filter, reasons }: ReasonField,
    { text, column }: { readonly text: string; readonly column: number },
  ): { readonly node: BooleanNode; readonly present: BooleanNode } {
    if (!reasons.includes(text)) {
      const hint = hintOf(nearest(text, reasons), `it has ${reasons.join(', ')}`);
      const got = shorten(JSON.stringify(text));
      throw this.#tokens.refuse(`expected a reason of ${filter}, got ${got}; ${hint}`, column);
    }
    return {
      node: { kind: 'textIs', path, text },
      present: { kind: 'not', of: { kind: 'textIs', path, text: null } },
    };
  }

  #chain(params: readonly MathNode[], column: number): Value {
    const operators: ComparisonOperator[] = [];
    const operands: NumberNode[] = [];
    for (const param of params) {
      if (operands.length > 0) operators.push(this.#comparisonOperator());
      operands.push(this.#number(param, 'a chain of comparisons', CHAIN_HINT));
    }
    return { type: 'boolean', node: { kind: 'compare', operators, operands }, column };
  }

  #choice({ condition, trueExpr, falseExpr }: ConditionalNode, column: number): Value {
    const test = this.#boolean(condition, '?');
    this.#tokens.expect('?');
    const yes = this.#value(trueExpr);
    this.#tokens.expect(':');
    const no = this.#value(falseExpr);
    if (yes.type === 'number' && no.type === 'number') {
      return { type: 'number', node: { kind: 'choose', test, yes: yes.node, no: no.node }, column };
    }
    if (yes.type === 'boolean' && no.type === 'boolean') {
      return { type: 'boolean', node: { kind: 'choose', test, yes: yes.node, no: no.node }, column };
    }
    throw this.#tokens.refuse(`? : expected two numbers or two conditions, got ${pairOf(yes, no)}`, yes.column);
  }

  #call({ fn, args }: FunctionNode, column: number): Value {
    const name = fn.type === 'SymbolNode' ? fn.name : '';
    const unary = UNARY_FUNCTIONS.find((known) => known === name);
    const variadic = VARIADIC_FUNCTIONS.find((known) => known === name);
    if (unary === undefined && variadic === undefined) throw this.#unexpected(`one of ${FUNCTIONS.join(', ')}`);
    this.#tokens.expect(name);
    const of = this.#arguments(args, name);
    const [first] = of;
    if (first === undefined || (unary !== undefined && of.length > 1)) {
      const expected = unary === undefined ? '1 number or more' : '1 number';
      throw this.#tokens.refuse(`${name} expected ${expected}, got ${of.length}`, column);
    }
    if (variadic !== undefined) return { type: 'number', node: { kind: 'variadic', name: variadic, of }, column };
    return { type: 'number', node: { kind: 'unary', name: unary!, of: first }, column };
  }

  #arguments(args: readonly MathNode[], name: string): NumberNode[] {
    this.#tokens.expect('(');
    const of: NumberNode[] = [];
    for (const argument of args) {
      if (of.length > 0) this.#tokens.expect(',');
      of.push(this.#number(argument, name));
    }
    this.#tokens.expect(')');
    return of;
  }

  #number(node: MathNode, user: string, hint = ''): NumberNode {
    const value = this.#value(node);
    if (value.type === 'number') return value.node;
    throw this.#tokens.refuse(`${user} expected a number, got ${typeOf(value)}${hint}`, value.column);
  }

  #boolean(node: MathNode, user: string, hint = ''): BooleanNode {
    const value = this.#value(node);
    if (value.type === 'boolean') return value.node;
    throw this.#tokens.refuse(`${user} expected a condition, got ${typeOf(value)}${hint}`, value.column);
  }

  #unexpected(expected: string): Error {
    return this.#tokens.refuse(`expected ${expected}, got ${pictureOf(this.#tokens.next)}`);
  }
}

const NOT_HINT = '; not binds closer than a comparison: not (words > 50)';
const EQUALITIES = 'two numbers, two conditions, a reason and a string, or null and a field';
const CHAIN_HINT = '; put one comparison into parentheses, or join two by and';

/** The name in `["name"]`; none with a dot in it, which would be taken for two. */
function quotedName(dimensions: readonly MathNode[]): string | undefined {
  const [name, ...others] = dimensions;
  if (name?.type !== 'ConstantNode' || others.length > 0) return undefined;
  return typeof name.value === 'string' && /^\w+$/.test(name.value) ? name.value : undefined;
}

/** Conditions are never null, and all other values say so themselves. */
function nullTest(value: Exclude<Value, { type: 'string' | 'null' }>): BooleanNode {
  switch (value.type) {
    case 'number':
      return { kind: 'isNull', of: value.node };
    case 'reason':
      return { kind: 'textIs', path: value.field.path, text: null };
    case 'boolean':
      return { kind: 'constant', value: false };
  }
}

function typeOf(value: Value): string {
  switch (value.type) {
    case 'number':
      return 'a number';
    case 'boolean':
      return 'a condition';
    case 'reason':
      return 'a reason';
    case 'string':
      return 'a string';
    case 'null':
      return 'null';
  }
}

function pairOf(left: Value, right: Value): string {
  return `${typeOf(left)} and ${typeOf(right)}`;
}

function hintOf(names: readonly string[], otherwise: string): string {
  return names.length === 0 ? otherwise : `nearest: ${names.join(', ')}`;
}
