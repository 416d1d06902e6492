import type { MillraceError } from '../core/errors.js';
import { describe } from '../core/options.js';
import type { MachineFacts } from './machine.js';
import type { Better } from './statistics/change.js';

/** A version of the format; a reader refuses those it does not know. */
const SCHEMA = 1;
const MEASURES_MAX = 4096;
const VALUES_MAX = 10_000;

/** One figure of a run, by round. */
export interface Measured {
  /** Such as `score/library`; unique in a baseline. */
  readonly name: string;
  /** Such as `ops/s`. */
  readonly unit: string;
  readonly better: Better;
  /** One for each round, positive. 1 to 10000. */
  readonly values: readonly number[];
}

/** A saved run. */
export interface Baseline {
  readonly schema: 1;
  readonly name: string;
  /** ISO 8601, in UTC. */
  readonly savedAt: string;
  readonly machine: MachineFacts;
  /** At most 4096. */
  readonly measures: readonly Measured[];
}

type Refuse = (reason: string) => MillraceError;

/** A baseline of parsed JSON, all of it looked at. @throws what `refuse` makes of the first thing that is wrong. */
export function parseBaseline(value: unknown, refuse: Refuse): Baseline {
  const { schema, name, savedAt, machine, measures } = recordOf(value, 'the content', refuse);
  if (schema !== SCHEMA) throw refuse(`schema must be ${SCHEMA}, got ${describe(schema)}`);
  return {
    schema: SCHEMA,
    name: stringOf(name, 'name', refuse),
    savedAt: stringOf(savedAt, 'savedAt', refuse),
    machine: machineOf(machine, refuse),
    measures: measuresOf(measures, refuse),
  };
}

function machineOf(value: unknown, refuse: Refuse): MachineFacts {
  const { cpu, cores, memoryBytes, platform, node, millrace } = recordOf(value, 'machine', refuse);
  return {
    cpu: cpu === null ? null : stringOf(cpu, 'machine.cpu', refuse),
    cores: positiveOf(cores, 'machine.cores', refuse),
    memoryBytes: positiveOf(memoryBytes, 'machine.memoryBytes', refuse),
    platform: stringOf(platform, 'machine.platform', refuse),
    node: stringOf(node, 'machine.node', refuse),
    millrace: stringOf(millrace, 'machine.millrace', refuse),
  };
}

function measuresOf(value: unknown, refuse: Refuse): Measured[] {
  const list = listOf(value, 'measures', MEASURES_MAX, refuse);
  const measures = list.map((each, index) => measureOf(each, `measures[${index}]`, refuse));
  const names = new Set<string>();
  for (const { name } of measures) {
    if (names.has(name)) throw refuse(`each measure must have a name of its own, got ${describe(name)} twice`);
    names.add(name);
  }
  return measures;
}

function measureOf(value: unknown, path: string, refuse: Refuse): Measured {
  const { name, unit, better, values } = recordOf(value, path, refuse);
  if (better !== 'higher' && better !== 'lower')
    throw refuse(`${path}.better must be higher or lower, got ${describe(better)}`);
  const list = listOf(values, `${path}.values`, VALUES_MAX, refuse);
  if (list.length === 0) throw refuse(`${path}.values must have at least one value, got none`);
  return {
    name: stringOf(name, `${path}.name`, refuse),
    unit: stringOf(unit, `${path}.unit`, refuse),
    better,
    values: list.map((each, index) => positiveOf(each, `${path}.values[${index}]`, refuse)),
  };
}

function recordOf(value: unknown, path: string, refuse: Refuse): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw refuse(`${path} must be an object, got ${describe(value)}`);
}

function listOf(value: unknown, path: string, max: number, refuse: Refuse): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse(`${path} must be an array, got ${describe(value)}`);
  if (value.length > max) throw refuse(`${path} must have at most ${max} elements, got ${value.length}`);
  return value;
}

function stringOf(value: unknown, path: string, refuse: Refuse): string {
  if (typeof value === 'string' && value !== '') return value;
  throw refuse(`${path} must be a non-empty string, got ${describe(value)}`);
}

function positiveOf(value: unknown, path: string, refuse: Refuse): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw refuse(`${path} must be a number above 0, got ${describe(value)}`);
}
