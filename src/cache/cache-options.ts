import { SYSTEM_CLOCK, type Clock } from '../core/clock.js';
import { checkChoice, checkInteger, checkOptions, checkString, optionPath, typeError } from '../core/options.js';
import { resolveBloomGuardOptions } from './bloom-guard-options.js';
import { checkTtl } from './call-options.js';
import {
  resolveCompressedTierOptions,
  type CompressedTierOptions,
  type ResolvedCompressedTierOptions,
} from './compressed-tier.js';
import { KEY_CHECKS, type KeyCheck } from './key.js';
import { NAMESPACE_PRESETS } from './namespace-presets.js';
import { resolveMemoryTierOptions, type MemoryTierOptions, type ResolvedMemoryTierOptions } from './memory-tier.js';
import { resolveDiskTierOptions, type DiskTierOptions, type ResolvedDiskTierOptions } from './disk/disk-options.js';

const MIB = 2 ** 20;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Options of one namespace; `strategy`, `entriesMax`, `bytesMax`, `sizeBytes` and `dispose` are those of its first tier. */
export interface NamespaceOptions extends MemoryTierOptions {
  /** Milliseconds until an entry is a miss; an integer of 1 or more, or `Infinity`. @defaultValue an hour; see `NAMESPACE_PRESETS` */
  readonly ttlMs?: number;
  /** How long it is remembered that there is nothing; 0: not at all. @defaultValue 0 */
  readonly negativeTtlMs?: number;
  /** The compressed tier in memory; `false`: none. */
  readonly l2?: CompressedTierOptions | false;
  /** The tier on disk, where the cache has a directory; `false`: none. */
  readonly l3?: DiskTierOptions | false;
  /** Whether `set` waits for the disk, or only when more than `writeBytesMax` are on their way. @defaultValue 'behind' */
  readonly write?: 'through' | 'behind';
  /** Weight of entries on their way to the disk. Integer, 1 or more. @defaultValue 16 MiB */
  readonly writeBytesMax?: number;
  /** Calls of `getOrCompute` that may wait for computations. Integer, 1 or more. @defaultValue 100,000 */
  readonly waitersMax?: number;
  /** What proves that an entry belongs to its content: a keyed hash of 8 bytes, or SHA-256. @defaultValue 'keyed' */
  readonly check?: KeyCheck;
}

/** Options of `createCache`. */
export interface CacheOptions {
  /** A directory for what is to outlive the process; made if it is not there. @defaultValue none: everything stays in memory */
  readonly dir?: string;
  /** Namespaces by name, beside and over the presets. */
  readonly namespaces?: Readonly<Record<string, NamespaceOptions>>;
  /** Milliseconds between two rounds of clean-up. Integer, 1 or more. @defaultValue 60,000 */
  readonly sweepEveryMs?: number;
  /** How long opening waits for another process that changes the directory, in ms. From 0 to 600,000. @defaultValue 10,000 */
  readonly lockWaitMs?: number;
  /** @defaultValue that of the machine */
  readonly clock?: Clock;
}

export interface ResolvedNamespaceOptions {
  readonly l1: ResolvedMemoryTierOptions;
  readonly l2: ResolvedCompressedTierOptions | undefined;
  readonly l3: ResolvedDiskTierOptions | undefined;
  readonly ttlMs: number;
  readonly negativeTtlMs: number;
  readonly write: 'through' | 'behind';
  readonly writeBytesMax: number;
  readonly waitersMax: number;
  readonly check: KeyCheck;
}

export interface ResolvedCacheOptions {
  readonly dir: string | undefined;
  readonly namespaces: ReadonlyMap<string, ResolvedNamespaceOptions>;
  readonly sweepEveryMs: number;
  readonly lockWaitMs: number;
  readonly clock: Clock;
}

const L1_NAMES = ['strategy', 'entriesMax', 'bytesMax', 'sizeBytes', 'dispose'] as const;
const STACK_DEFAULTS = Object.freeze({
  ttlMs: HOUR_MS,
  negativeTtlMs: 0,
  write: 'behind',
  writeBytesMax: 16 * MIB,
  waitersMax: 100_000,
  check: 'keyed',
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveCacheOptions(options: CacheOptions = {}): ResolvedCacheOptions {
  const given = checkOptions('cache', options, ['dir', 'namespaces', 'sweepEveryMs', 'lockWaitMs', 'clock']);
  const { dir, namespaces = {}, sweepEveryMs = MINUTE_MS, lockWaitMs = 10 * SECOND_MS, clock = SYSTEM_CLOCK } = given;
  return Object.freeze({
    dir: dir === undefined ? undefined : checkString('cache.dir', dir),
    namespaces: resolveNamespaces('cache.namespaces', namespaces),
    sweepEveryMs: checkInteger('cache.sweepEveryMs', sweepEveryMs, 1),
    lockWaitMs: checkInteger('cache.lockWaitMs', lockWaitMs, 0, 600_000),
    clock: checkClock('cache.clock', clock),
  });
}

function resolveNamespaces(path: string, given: unknown): Map<string, ResolvedNamespaceOptions> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw typeError(path, 'an object', given);
  const all: Readonly<Record<string, unknown>> = { ...NAMESPACE_PRESETS, ...given };
  return new Map(
    Object.entries(all).map(([name, options]) => {
      const own = optionPath(path, checkString(`the name of a namespace of ${path}`, name));
      return [name, resolveNamespaceOptions(own, options ?? {}, NAMESPACE_PRESETS[name] ?? {})];
    }),
  );
}

function resolveNamespaceOptions(path: string, options: unknown, preset: NamespaceOptions): ResolvedNamespaceOptions {
  const asked = checkOptions(path, options, [...L1_NAMES, ...Object.keys(STACK_DEFAULTS), 'l2', 'l3']);
  const given = { ...STACK_DEFAULTS, ...preset, ...asked };
  const at = (name: string): string => optionPath(path, name);
  return Object.freeze({
    l1: resolveMemoryTierOptions(pick(given, L1_NAMES), path),
    l2: isOff(given.l2) ? undefined : resolveCompressedTierOptions(over(at('l2'), preset.l2, asked['l2']), at('l2')),
    l3: isOff(given.l3) ? undefined : resolveDisk(at('l3'), over(at('l3'), preset.l3, asked['l3'])),
    ttlMs: checkTtl(at('ttlMs'), given.ttlMs, 1),
    negativeTtlMs: checkTtl(at('negativeTtlMs'), given.negativeTtlMs, 0),
    write: checkChoice(at('write'), given.write, ['through', 'behind']),
    writeBytesMax: checkInteger(at('writeBytesMax'), given.writeBytesMax, 1),
    waitersMax: checkInteger(at('waitersMax'), given.waitersMax, 1),
    check: checkChoice(at('check'), given.check, KEY_CHECKS),
  });
}

/** The filter has narrower bounds than the tier that it guards. */
function resolveDisk(path: string, options: DiskTierOptions): ResolvedDiskTierOptions {
  const resolved = resolveDiskTierOptions(options, path);
  const { entriesExpected, falsePositiveRate } = resolved;
  resolveBloomGuardOptions({ entriesExpected, falsePositiveRate }, path);
  return resolved;
}

function isOff(tier: unknown): boolean {
  return tier === false;
}

/** What was asked for, over what the preset has. */
function over(path: string, preset: object | false | undefined, asked: unknown): object {
  if (asked !== undefined && (typeof asked !== 'object' || asked === null || Array.isArray(asked))) {
    throw typeError(path, 'an object or false', asked);
  }
  return { ...(preset === false ? {} : preset), ...asked };
}

function pick(given: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

function checkClock(path: string, value: unknown): Clock {
  if (isClock(value)) return value;
  throw typeError(path, 'a clock with monotonicMs, epochMs and schedule', value);
}

function isClock(value: unknown): value is Clock {
  if (typeof value !== 'object' || value === null) return false;
  const methods = ['monotonicMs', 'epochMs', 'schedule'] as const;
  return methods.every((name) => name in value && typeof Reflect.get(value, name) === 'function');
}
