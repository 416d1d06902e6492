/**
 * Expressions as a tree of the test's own, with their text and their value on a report, both computed slowly and obviously: the
 * text has the fewest parentheses that the grammar of docs/expressions.md allows, the value is null where anything is missing.
 */
import fc from 'fast-check';
import { FIELDS } from '../../src/core/expression/fields.js';
import { FILTER_NAMES, FILTER_REASONS } from '../../src/core/filters.js';
import { DOUBLES, type ReportKind } from './report-rows.js';

type Part = 'counts' | 'report' | 'stats';

export type NumberModel =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'field'; readonly path: string }
  | { readonly is: 'minus'; readonly of: NumberModel }
  | { readonly is: 'arithmetic'; readonly operator: string; readonly left: NumberModel; readonly right: NumberModel }
  | { readonly is: 'function'; readonly name: string; readonly of: readonly NumberModel[] }
  | { readonly is: 'choice'; readonly test: BooleanModel; readonly yes: NumberModel; readonly no: NumberModel };

export type BooleanModel =
  | { readonly is: 'boolean'; readonly value: boolean }
  | { readonly is: 'field'; readonly path: string }
  | { readonly is: 'not'; readonly of: BooleanModel }
  | { readonly is: 'and' | 'or'; readonly left: BooleanModel; readonly right: BooleanModel }
  | { readonly is: 'chain'; readonly first: NumberModel; readonly rest: readonly (readonly [string, NumberModel])[] }
  | { readonly is: 'reason'; readonly path: string; readonly equal: boolean; readonly text: string | null }
  | { readonly is: 'null'; readonly of: NumberModel; readonly equal: boolean }
  | { readonly is: 'same'; readonly left: BooleanModel; readonly right: BooleanModel; readonly equal: boolean }
  | { readonly is: 'choice'; readonly test: BooleanModel; readonly yes: BooleanModel; readonly no: BooleanModel };

type Model = NumberModel | BooleanModel;

/** Random conditions on the fields that a kind of report has. */
export function conditionArbitrary({ settings }: ReportKind): fc.Arbitrary<BooleanModel> {
  const parts: Part[] = settings.measures === 'entropy' ? ['counts'] : ['counts', 'report'];
  if (settings.stats) parts.push('stats');
  const paths = (type: string) =>
    [...FIELDS.values()].filter((field) => field.type === type && parts.includes(field.part)).map(({ path }) => path);
  const numbers = fc.oneof(
    fc.record({ is: fc.constant('number' as const), value: fc.constantFrom(...DOUBLES.map(Math.abs)) }),
    fc.record({ is: fc.constant('field' as const), path: fc.constantFrom(...paths('number')) }),
  );
  const booleans: fc.Arbitrary<BooleanModel> =
    settings.measures === 'entropy'
      ? fc.record({ is: fc.constant('boolean' as const), value: fc.boolean() })
      : fc.oneof(
          fc.record({ is: fc.constant('boolean' as const), value: fc.boolean() }),
          fc.record({ is: fc.constant('field' as const), path: fc.constantFrom(...paths('boolean')) }),
          reasonArbitrary(),
        );
  return recursive(numbers, booleans);
}

function reasonArbitrary(): fc.Arbitrary<BooleanModel> {
  return fc.constantFrom(...FILTER_NAMES).chain((filter) =>
    fc.record({
      is: fc.constant('reason' as const),
      path: fc.constant(`filters.${filter}.reason`),
      equal: fc.boolean(),
      text: fc.constantFrom(null, ...FILTER_REASONS[filter]),
    }),
  );
}

function recursive(
  numbers: fc.Arbitrary<NumberModel>,
  booleans: fc.Arbitrary<BooleanModel>,
): fc.Arbitrary<BooleanModel> {
  const limits = { maxDepth: 5, depthSize: 'small' as const, withCrossShrink: true };
  const one = (name: string) => fc.tuple(fc.constant(name), fc.integer({ min: 1, max: 1 }));
  const functions = fc
    .constantFrom('abs', 'sqrt', 'log2', 'log10', 'log', 'floor', 'ceil', 'round')
    .chain(one)
    .map(([name]) => ({ name, most: 1 }));
  const folds = fc.constantFrom('min', 'max').map((name) => ({ name, most: 3 }));
  return fc.letrec<{ number: NumberModel; boolean: BooleanModel }>((tie) => ({
    number: fc.oneof(
      limits,
      numbers,
      fc.record({ is: fc.constant('minus' as const), of: tie('number') }),
      fc.record({
        is: fc.constant('arithmetic' as const),
        operator: fc.constantFrom('+', '-', '*', '/', '%', '^'),
        left: tie('number'),
        right: tie('number'),
      }),
      fc.oneof(functions, folds).chain(({ name, most }) =>
        fc.record({
          is: fc.constant('function' as const),
          name: fc.constant(name),
          of: fc.array(tie('number'), { minLength: 1, maxLength: most }),
        }),
      ),
      fc.record({ is: fc.constant('choice' as const), test: tie('boolean'), yes: tie('number'), no: tie('number') }),
    ),
    boolean: fc.oneof(
      limits,
      booleans,
      fc.record({ is: fc.constant('not' as const), of: tie('boolean') }),
      fc.record({ is: fc.constantFrom('and' as const, 'or' as const), left: tie('boolean'), right: tie('boolean') }),
      fc.record({
        is: fc.constant('chain' as const),
        first: tie('number'),
        rest: fc.array(fc.tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('number')), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
      fc.record({ is: fc.constant('null' as const), of: tie('number'), equal: fc.boolean() }),
      fc.record({
        is: fc.constant('same' as const),
        left: tie('boolean'),
        right: tie('boolean'),
        equal: fc.boolean(),
      }),
      fc.record({ is: fc.constant('choice' as const), test: tie('boolean'), yes: tie('boolean'), no: tie('boolean') }),
    ),
  })).boolean;
}

/* How closely each construct binds; what binds less closely than its place asks for is put into parentheses. */
const CHOICE = 0;
const OR = 1;
const AND = 2;
const COMPARISON = 3;
const SUM = 4;
const PRODUCT = 5;
const PREFIX = 6;
const POWER = 7;
const ATOM = 8;

/** The text of an expression. */
export function print(model: Model, least = CHOICE): string {
  const text = printBare(model);
  return closeness(model) < least ? `(${text})` : text;
}

function closeness(model: Model): number {
  switch (model.is) {
    case 'choice':
      return CHOICE;
    case 'or':
      return OR;
    case 'and':
      return AND;
    case 'chain':
    case 'reason':
    case 'null':
    case 'same':
      return COMPARISON;
    case 'arithmetic':
      return model.operator === '^' ? POWER : '+-'.includes(model.operator) ? SUM : PRODUCT;
    case 'minus':
    case 'not':
      return PREFIX;
    default:
      return ATOM;
  }
}

function printBare(model: Model): string {
  switch (model.is) {
    case 'number':
    case 'boolean':
      return String(model.value);
    case 'field':
      return model.path;
    case 'minus':
      return `-${print(model.of, PREFIX)}`;
    case 'not':
      return `not ${print(model.of, PREFIX)}`;
    case 'function':
      return `${model.name}(${model.of.map((of) => print(of)).join(', ')})`;
    case 'choice':
      return `${print(model.test, OR)} ? ${print(model.yes, OR)} : ${print(model.no)}`;
    case 'and':
      return `${print(model.left, AND)} and ${print(model.right, COMPARISON)}`;
    case 'or':
      return `${print(model.left, OR)} or ${print(model.right, AND)}`;
    case 'chain':
      return [print(model.first, SUM), ...model.rest.map(([sign, of]) => `${sign} ${print(of, SUM)}`)].join(' ');
    case 'reason':
      return `${model.path} ${model.equal ? '==' : '!='} ${model.text === null ? 'null' : `"${model.text}"`}`;
    case 'null':
      return `null ${model.equal ? '==' : '!='} ${print(model.of, SUM)}`;
    case 'same':
      return `${print(model.left, SUM)} ${model.equal ? '==' : '!='} ${print(model.right, SUM)}`;
    case 'arithmetic': {
      const { operator, left, right } = model;
      if (operator === '^') return `${print(left, ATOM)} ^ ${print(right, PREFIX)}`;
      const own = closeness(model);
      return `${print(left, own)} ${operator} ${print(right, own + 1)}`;
    }
  }
}

/** Whether a condition holds for a report. */
export function holds(model: BooleanModel, report: object): boolean {
  switch (model.is) {
    case 'boolean':
      return model.value;
    case 'field':
      return valueAt(report, model.path) === true;
    case 'not':
      return !holds(model.of, report);
    case 'and':
      return holds(model.left, report) && holds(model.right, report);
    case 'or':
      return holds(model.left, report) || holds(model.right, report);
    case 'same':
      return (holds(model.left, report) === holds(model.right, report)) === model.equal;
    case 'choice':
      return holds(model.test, report) ? holds(model.yes, report) : holds(model.no, report);
    case 'null':
      return (numberOf(model.of, report) === null) === model.equal;
    case 'reason': {
      const reason = valueAt(report, model.path);
      if (model.text === null) return (reason === null) === model.equal;
      return reason !== null && (reason === model.text) === model.equal;
    }
    case 'chain': {
      const values = [model.first, ...model.rest.map(([, of]) => of)].map((of) => numberOf(of, report));
      return model.rest.every(([sign], i) => compare(values[i]!, sign, values[i + 1]!));
    }
  }
}

/** A number, or null where something is missing; what is no number counts as missing. */
function numberOf(model: NumberModel, report: object): number | null {
  switch (model.is) {
    case 'number':
      return model.value;
    case 'field': {
      const value = valueAt(report, model.path);
      return typeof value === 'number' ? value : model.path === 'replaced' ? 0 : null;
    }
    case 'choice':
      return holds(model.test, report) ? numberOf(model.yes, report) : numberOf(model.no, report);
    case 'minus':
      return calculate([model.of], report, ([of]) => -of!);
    case 'function':
      return calculate(model.of, report, (values) => FUNCTIONS[model.name]!(...values));
    case 'arithmetic':
      return calculate([model.left, model.right], report, ([left, right]) =>
        ARITHMETIC[model.operator]!(left!, right!),
      );
  }
}

function calculate(models: readonly NumberModel[], report: object, of: (values: number[]) => number): number | null {
  const values: number[] = [];
  for (const model of models) {
    const value = numberOf(model, report);
    if (value === null) return null;
    values.push(value);
  }
  const result = of(values);
  return Number.isNaN(result) ? null : result;
}

function compare(left: number | null, sign: string, right: number | null): boolean {
  if (left === null || right === null) return false;
  return COMPARISONS[sign]!(left, right);
}

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  abs: Math.abs,
  sqrt: Math.sqrt,
  log2: Math.log2,
  log10: Math.log10,
  log: Math.log,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  min: Math.min,
  max: Math.max,
};

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': (left, right) => left ** right,
};

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function valueAt(report: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], report);
}
