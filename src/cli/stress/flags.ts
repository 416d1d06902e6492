import { resolve } from 'node:path';
import { MillraceError } from '../../core/errors.js';
import type { FaultShares, StressMode, StressOptions } from '../../harness/stress/options.js';
import { FAULTS, type Fault } from '../../refine/mock/options.js';
import { choiceOf, type ValueParser } from '../values.js';

/** The options of `millrace stress` as commander hands them over. */
export interface StressFlags {
  readonly rate?: number;
  readonly minutes?: number;
  readonly warmUpSeconds?: number;
  readonly mode?: StressMode;
  readonly faults?: number | FaultShares;
  readonly chaos?: boolean;
  readonly queueMax?: number;
  readonly workers?: number;
  readonly concurrency?: number;
  readonly latencyMs?: number;
  readonly callTimeoutMs?: number;
  readonly textField?: string;
  readonly seed?: number;
  readonly json?: string;
  readonly html?: string;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

const PER_MINUTE = Object.freeze({ s: 60, sec: 60, second: 60, min: 1, m: 1, minute: 1, h: 1 / 60, hour: 1 / 60 });

/** A rate, `248000/min`, `4000/s` or `15000000/h`, as documents a minute; a number alone is one. */
export function rateOf(option: string): ValueParser<number> {
  return (typed) => {
    const [, digits, unit = 'min'] = /^(\d+\.?\d*|\.\d+)\s*(?:\/\s*([a-z]+))?$/.exec(typed.trim()) ?? [];
    const name = Object.keys(PER_MINUTE).find((known): known is keyof typeof PER_MINUTE => known === unit);
    if (digits !== undefined && name !== undefined && Number(digits) > 0) return Number(digits) * PER_MINUTE[name];
    const expected = `${option} must be a rate such as 248000/min or 4000/s`;
    throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${JSON.stringify(typed)}`);
  };
}

/** A share of all calls, `1%` or `0.01`, or that of each fault: `500=0.5%,reset=0.005`. */
export function faultsOf(option: string): ValueParser<number | FaultShares> {
  return (typed) => {
    if (!typed.includes('=')) return shareOf(option, typed);
    const shares: Partial<Record<Fault, number>> = {};
    for (const part of typed.split(',')) {
      const [name = '', share = ''] = part.split('=').map((each) => each.trim());
      shares[choiceOf(option, FAULTS)(name)] = shareOf(`${option} ${name}`, share);
    }
    return shares;
  };
}

function shareOf(option: string, typed: string): number {
  const [, digits, percent] = /^(\d+\.?\d*|\.\d+)\s*(%?)$/.exec(typed.trim()) ?? [];
  const share = digits === undefined ? NaN : Number(digits) / (percent === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  throw new MillraceError(
    'ERR_OPTION_RANGE',
    `${option} must be a share such as 1% or 0.01, got ${JSON.stringify(typed)}`,
  );
}

/** Refuses reports that would be written over each other or over what is read. @throws MillraceError `ERR_USAGE`. */
export function checkReports(inputs: readonly string[], { json, html }: StressFlags): void {
  for (const [option, path] of Object.entries({ '--json': json, '--html': html })) {
    if (path === '-') throw new MillraceError('ERR_USAGE', `${option} must be the path of a file, got -`);
    if (path === undefined) continue;
    const taken = inputs.find((input) => resolve(input) === resolve(path));
    if (taken !== undefined)
      throw new MillraceError('ERR_USAGE', `${option} must be a file of its own, got ${path}, which is read`);
  }
  if (json !== undefined && html !== undefined && resolve(json) === resolve(html))
    throw new MillraceError('ERR_USAGE', `--html must be a file of its own, got ${html}, which --json writes`);
}

/** What the harness is asked to do. Options that were not given stay away: it has the defaults. */
export function toStressOptions(inputs: readonly string[], flags: StressFlags): StressOptions {
  const { rate, json: _json, html: _html, quiet: _quiet, debug: _debug, ...options } = flags;
  return { inputs, ...options, ...(rate === undefined ? {} : { ratePerMinute: rate }) };
}
