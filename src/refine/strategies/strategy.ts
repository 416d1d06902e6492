import { MillraceError } from '../../core/errors.js';
import { checkFunction, checkKnown, checkNumber, checkString, optionPath, typeError } from '../../core/options.js';
import type { Report } from '../../core/report.js';
import { checkNumberField, numberReader } from '../fields.js';

/** A number of the report that a strategy is there to better. */
export interface Watch {
  /** Its path: `documentation.clarity`. */
  readonly field: string;
  /** The value that is as bad as can be. */
  readonly poor: number;
  /** The value from which on nothing is asked for. Below `poor` where less is better. */
  readonly good: number;
}

/** One way to better a document: what is asked of the model, and when. */
export interface Strategy {
  /** Lower-case letters, digits, `-` and `_`. It stands in the rows of a run. */
  readonly name: string;
  /** What the model is to do; it follows the rules that hold for every strategy. The same for all documents. */
  readonly instruction: string;
  /** At least one. Where the report has `null`, a watch does not apply. */
  readonly watches: readonly Watch[];
  /** Strategies that are asked before this one, where they are due too. @defaultValue [] */
  readonly after?: readonly string[];
  /**
   * What the report says against the document, in plain words. It is shown to the model; it is given no text, so that nothing a
   * document says can stand among the findings. @defaultValue none besides the watches
   */
  readonly findings?: (report: Report) => readonly string[];
}

/** A strategy that was checked: complete and frozen. */
export interface ResolvedStrategy extends Required<Strategy> {
  /** How far the worst of what it watches is from good: 0 (nothing to do) to 1; 0 where none applies. */
  readonly need: (report: Report) => number;
}

/** Characters that an instruction may have. */
const INSTRUCTION_CHARS_MAX = 20_000;

const NAMES = ['name', 'instruction', 'watches', 'after', 'findings'];
const NAME = /^[a-z][\w-]{0,63}$/;

/**
 * Checks a strategy of one's own, to be listed among the strategies of a run.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function defineStrategy(strategy: Strategy, path = 'strategy'): ResolvedStrategy {
  if (isResolved(strategy)) return strategy;
  checkKnown(path, strategy, NAMES);
  const { after = [], findings = () => [] } = strategy;
  checkFunction(optionPath(path, 'findings'), findings);
  const watches = resolveWatches(optionPath(path, 'watches'), strategy.watches);
  const resolved = Object.freeze({
    name: checkName(optionPath(path, 'name'), strategy.name),
    instruction: checkInstruction(optionPath(path, 'instruction'), strategy.instruction),
    watches,
    after: Object.freeze(
      listOf(optionPath(path, 'after'), after).map((name, at) => checkName(`${path}.after[${at}]`, name)),
    ),
    findings,
    need: needOf(watches),
  });
  resolvedOnes.add(resolved);
  return resolved;
}

/** Those that went through `defineStrategy`, so that they may be listed as they are. */
const resolvedOnes = new WeakSet<object>();

function isResolved(strategy: Strategy): strategy is ResolvedStrategy {
  return typeof strategy === 'object' && resolvedOnes.has(strategy);
}

function checkName(path: string, value: unknown): string {
  const name = checkString(path, value);
  if (NAME.test(name)) return name;
  const expected = 'up to 64 lower-case letters, digits, - and _, a letter first';
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be ${expected}, got ${JSON.stringify(name)}`);
}

function checkInstruction(path: string, value: unknown): string {
  const instruction = checkString(path, value);
  if (instruction.length <= INSTRUCTION_CHARS_MAX) return instruction;
  const got = `${instruction.length}`;
  throw new MillraceError(
    'ERR_OPTION_RANGE',
    `${path} must have at most ${INSTRUCTION_CHARS_MAX} characters, got ${got}`,
  );
}

function resolveWatches(path: string, value: unknown): readonly Watch[] {
  const watches = listOf(path, value).map((watch, at) => resolveWatch(`${path}[${at}]`, watch));
  if (watches.length > 0) return Object.freeze(watches);
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must hold at least one watch, got none`);
}

function resolveWatch(path: string, value: unknown): Watch {
  if (typeof value !== 'object' || value === null) throw typeError(path, 'an object', value);
  checkKnown(path, value, ['field', 'poor', 'good']);
  const given: Readonly<Record<string, unknown>> = { ...value };
  const field = checkNumberField(optionPath(path, 'field'), given['field']);
  const poor = checkNumber(optionPath(path, 'poor'), given['poor'], -Number.MAX_VALUE);
  const good = checkNumber(optionPath(path, 'good'), given['good'], -Number.MAX_VALUE);
  if (poor !== good) return Object.freeze({ field, poor, good });
  throw new MillraceError('ERR_OPTION_RANGE', `${path}.good must differ from ${path}.poor, got ${good} for both`);
}

function listOf(path: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw typeError(path, 'an array', value);
}

function needOf(watches: readonly Watch[]): (report: Report) => number {
  const parts = watches.map(({ field, poor, good }) => ({ read: numberReader(field), good, range: good - poor }));
  return (report) => {
    let need = 0;
    for (const { read, good, range } of parts) {
      const value = read(report);
      if (value !== null) need = Math.max(need, Math.min(1, (good - value) / range));
    }
    return need;
  };
}
