import { MillraceError } from '../core/errors.js';
import { checkInteger, checkOptions, checkString, optionPath, typeError } from '../core/options.js';

/** Options of `set`, `setMany` and `getOrCompute`. */
export interface SetOptions {
  /**
   * Milliseconds from now until the entry is a miss: an integer of 1 or more, or `Infinity` for never.
   * `undefined` is remembered for no longer than `negativeTtlMs`. @defaultValue `ttlMs` of the namespace
   */
  readonly ttlMs?: number;
  /** What `invalidateTag` finds the entry by; at most 64. @defaultValue none */
  readonly tags?: readonly string[];
  /** Ends the wait; a value that is being written is written all the same. */
  readonly signal?: AbortSignal;
}

export interface ResolvedSetOptions {
  /** `undefined`: as the namespace has it. */
  readonly ttlMs: number | undefined;
  readonly tags: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** What makes keys of the same content different ones. */
export interface KeyOptions {
  /** What is done with the content. @defaultValue `''` */
  readonly stage?: string;
  /** The resolved options that change the result, as plain data, in any order. @defaultValue none */
  readonly options?: unknown;
}

/** Options of `warm`. */
export interface WarmOptions {
  /** Most entries that are brought up. Integer, 1 or more. @defaultValue as many as the first tier holds */
  readonly entriesMax?: number;
  readonly signal?: AbortSignal;
}

export interface ResolvedWarmOptions {
  readonly entriesMax: number;
  readonly signal: AbortSignal | undefined;
}

const TAGS_MAX = 64;
const NO_TAGS: readonly string[] = Object.freeze([]);
const NO_SET_OPTIONS: ResolvedSetOptions = Object.freeze({ ttlMs: undefined, tags: NO_TAGS, signal: undefined });

/** Those of a namespace, and what ends the wait. */
export function withSignal(signal: AbortSignal): ResolvedSetOptions {
  return { ttlMs: undefined, tags: NO_TAGS, signal };
}

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveSetOptions(options: SetOptions | undefined): ResolvedSetOptions {
  if (options === undefined) return NO_SET_OPTIONS;
  const given = checkOptions('set', options, ['ttlMs', 'tags', 'signal']);
  return Object.freeze({
    ttlMs: given['ttlMs'] === undefined ? undefined : checkTtl('set.ttlMs', given['ttlMs'], 1),
    tags: given['tags'] === undefined ? NO_TAGS : checkTags('set.tags', given['tags']),
    signal: checkSignal('set.signal', given['signal']),
  });
}

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveWarmOptions(options: WarmOptions): ResolvedWarmOptions {
  const given = checkOptions('warm', options, ['entriesMax', 'signal']);
  return Object.freeze({
    entriesMax: given['entriesMax'] === undefined ? Infinity : checkInteger('warm.entriesMax', given['entriesMax'], 1),
    signal: checkSignal('warm.signal', given['signal']),
  });
}

/** Refuses anything but a whole number of milliseconds and `Infinity`. */
export function checkTtl(path: string, value: unknown, min: 0 | 1): number {
  return value === Infinity ? Infinity : checkInteger(path, value, min);
}

function checkTags(path: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw typeError(path, 'an array of strings', value);
  if (value.length > TAGS_MAX) {
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must hold at most ${TAGS_MAX} tags, got ${value.length}`);
  }
  return Object.freeze(value.map((tag: unknown, index) => checkString(optionPath(path, String(index)), tag)));
}

function checkSignal(path: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw typeError(path, 'an AbortSignal', value);
}
