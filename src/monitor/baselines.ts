import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM_CLOCK, type Clock } from '../core/clock.js';
import { MillraceError, messageOf } from '../core/errors.js';
import { describe } from '../core/options.js';
import { seededRandom } from '../core/random.js';
import { parseBaseline, type Baseline, type Measured } from './baseline-file.js';
import type { BenchmarkResult } from './benchmark.js';
import { describeMachine, isSameMachine, type MachineFacts } from './machine.js';
import { median } from './statistics/median.js';
import { judgeChange, type Change } from './statistics/change.js';

export type { Baseline, Measured } from './baseline-file.js';

/** Where baselines are, unless one says otherwise; below the working directory. */
export const BASELINES_DIR = '.millrace/baselines';

const SUFFIX = '.json';
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** The seed of the intervals, so that the same two runs always compare alike. */
const SEED = 1;

/** A run beside a baseline. */
export interface Comparison {
  readonly baseline: string;
  /** ISO 8601. */
  readonly savedAt: string;
  /** Speeds of different machines do not compare. */
  readonly isSameMachine: boolean;
  readonly measures: readonly ComparedMeasure[];
  /** Measures that the baseline has and the run has not, and the other way round. */
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

export interface ComparedMeasure extends Change {
  readonly name: string;
  readonly unit: string;
  /** Medians. */
  readonly before: number;
  readonly after: number;
}

/** What baselines take from outside. */
export interface BaselinesContext {
  /** @defaultValue `SYSTEM_CLOCK` */
  readonly clock?: Clock;
  /** @defaultValue `describeMachine` */
  readonly machine?: () => MachineFacts;
}

/** Runs that later ones are compared with: a file each in a directory, by a name. */
export class Baselines {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #machine: () => MachineFacts;

  /** @param dir - made with the first one that is saved. */
  constructor(dir: string = BASELINES_DIR, { clock = SYSTEM_CLOCK, machine = describeMachine }: BaselinesContext = {}) {
    this.#dir = dir;
    this.#clock = clock;
    this.#machine = machine;
  }

  /**
   * Saves measures under a name, in place of those that had it. The file is there whole or not at all.
   *
   * @throws MillraceError `ERR_OPTION_RANGE` for a name that is none or a measure without values; `ERR_OUTPUT_UNWRITABLE`.
   */
  async save(name: string, measures: readonly Measured[]): Promise<Baseline> {
    const path = this.#pathOf(name);
    const savedAt = new Date(this.#clock.epochMs()).toISOString();
    const content = { schema: 1, name, savedAt, machine: this.#machine(), measures };
    const baseline = parseBaseline(content, (message) => new MillraceError('ERR_OPTION_RANGE', message));
    const written = join(this.#dir, `.${name}.${randomUUID()}`);
    try {
      await mkdir(this.#dir, { recursive: true });
      await writeSynced(written, `${JSON.stringify(baseline, undefined, 2)}\n`);
      await rename(written, path);
    } catch (thrown) {
      await rm(written, { force: true }).catch(() => undefined);
      throw new MillraceError('ERR_OUTPUT_UNWRITABLE', `${path} cannot be written: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
    return baseline;
  }

  /** @throws MillraceError `ERR_OPTION_RANGE` for a name that is none; `ERR_BASELINE` when it is not there, damaged or of a newer format. */
  async load(name: string): Promise<Baseline> {
    const path = this.#pathOf(name);
    const refuse = (reason: string): MillraceError => new MillraceError('ERR_BASELINE', `${path}: ${reason}`);
    let text: string;
    try {
      const { size } = await stat(path);
      if (size > FILE_BYTES_MAX) throw refuse(`expected at most ${FILE_BYTES_MAX} bytes, got ${size}`);
      text = await readFile(path, 'utf8');
    } catch (thrown) {
      if (thrown instanceof MillraceError) throw thrown;
      const known = await this.list();
      throw refuse(`cannot be read: ${messageOf(thrown)}; there is ${known.join(', ') || 'none'}`);
    }
    return parseBaseline(parseJson(text, refuse), refuse);
  }

  /** Names in alphabetical order; none where there is no directory. */
  async list(): Promise<string[]> {
    const files = await readdir(this.#dir).catch(() => []);
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .filter((name) => NAME.test(name))
      .sort();
  }

  /** Compares measures with those of a baseline. @throws MillraceError as `load`; `ERR_OPTION_RANGE` for values that are not positive. */
  async compare(name: string, measures: readonly Measured[]): Promise<Comparison> {
    return compareWith(await this.load(name), measures, this.#machine());
  }

  #pathOf(name: string): string {
    if (NAME.test(name)) return join(this.#dir, `${name}${SUFFIX}`);
    const expected =
      'a baseline must be named by 1 to 64 letters, digits, _, - and ., beginning with a letter or digit';
    throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${describe(name)}`);
  }
}

/** Compares measures with those of a baseline, by their names. */
export function compareWith(baseline: Baseline, measures: readonly Measured[], machine: MachineFacts): Comparison {
  const before = new Map(baseline.measures.map((measure) => [measure.name, measure]));
  const names = new Set(measures.map(({ name }) => name));
  return {
    baseline: baseline.name,
    savedAt: baseline.savedAt,
    isSameMachine: isSameMachine(baseline.machine, machine),
    measures: measures.flatMap((after) => {
      const earlier = before.get(after.name);
      return earlier === undefined ? [] : [compareMeasure(earlier, after)];
    }),
    missing: [...before.keys()].filter((name) => !names.has(name)),
    added: [...names].filter((name) => !before.has(name)),
  };
}

/** The operations per second of each case that did well, as `<suite>/<case>`. */
export function measuresOf({ suites }: BenchmarkResult): Measured[] {
  return suites.flatMap((suite) =>
    suite.cases
      .filter(({ operationsPerSecond }) => operationsPerSecond.length > 0)
      .map(({ name, operationsPerSecond }) => ({
        name: `${suite.name}/${name}`,
        unit: 'ops/s',
        better: 'higher' as const,
        values: operationsPerSecond,
      })),
  );
}

function compareMeasure(before: Measured, after: Measured): ComparedMeasure {
  return {
    name: after.name,
    unit: after.unit,
    before: median(before.values),
    after: median(after.values),
    ...judgeChange(before.values, after.values, after.better, { random: seededRandom(SEED) }),
  };
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function parseJson(text: string, refuse: (reason: string) => MillraceError): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw refuse(`expected JSON: ${messageOf(thrown)}`);
  }
}
