/** Results that were saved under a name: a JSON file each, in a directory of their own. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MillraceError } from '../../core/errors.js';
import { nearestNames } from '../../core/nearest.js';
import { checkWritable, openFileSink } from '../../io/file-sink.js';
import { inputError, isMissing, outputError } from '../../io/fs-errors.js';
import type { Machine } from '../../monitor/page/model.js';
import type { SavedMeasure } from './compare.js';
import type { BenchedDocuments } from './result.js';
import type { CaseUnit } from './suite.js';

export interface SavedBench {
  readonly schema: 1;
  readonly name: string;
  /** ISO 8601, in UTC. */
  readonly savedAt: string;
  readonly machine: Machine;
  readonly documents: BenchedDocuments;
  /** By suite and case. */
  readonly measures: Readonly<Record<string, SavedMeasure>>;
}

const EXTENSION = '.json';
const UNITS: readonly CaseUnit[] = ['docs/min', 'ops/s', 'bytes'];

/**
 * Makes the directory where there is none, and looks whether a baseline can be written there.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
 */
export async function prepareBaseline(dir: string, name: string): Promise<void> {
  await mkdir(dir, { recursive: true }).catch((thrown: unknown) => {
    throw outputError(dir, thrown);
  });
  await checkWritable(pathOf(dir, name));
}

/** Saves a baseline in place of one of that name: all of it or, when that fails, nothing. @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
export async function saveBaseline(dir: string, saved: SavedBench): Promise<void> {
  const sink = await openFileSink(pathOf(dir, saved.name));
  await sink.write(new TextEncoder().encode(`${JSON.stringify(saved, undefined, 2)}\n`));
  await sink.commit();
}

/**
 * @throws MillraceError `ERR_INPUT_NOT_FOUND` naming those that there are; `ERR_INPUT_UNREADABLE` for a file that holds none.
 */
export async function loadBaseline(dir: string, name: string): Promise<SavedBench> {
  const path = pathOf(dir, name);
  const json = await readFile(path, 'utf8').catch(async (thrown: unknown) => {
    throw isMissing(thrown) ? await notFound(dir, name) : inputError(path, thrown);
  });
  const saved = parse(json);
  if (saved !== undefined) return saved;
  throw new MillraceError('ERR_INPUT_UNREADABLE', `${path} is no baseline of this version`);
}

async function notFound(dir: string, name: string): Promise<MillraceError> {
  const files = await readdir(dir).catch(() => []);
  const names = files.filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));
  const near = nearestNames(name, names.sort()).join(', ');
  const others = near === '' ? 'there is none' : `the nearest are ${near}`;
  return new MillraceError('ERR_INPUT_NOT_FOUND', `${dir} holds no baseline ${name}; ${others}`);
}

function pathOf(dir: string, name: string): string {
  return join(dir, `${name}${EXTENSION}`);
}

/** Whatever compares with it relies on the measures; what else it says is shown only. */
function parse(json: string): SavedBench | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isSaved(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSaved(value: unknown): value is SavedBench {
  if (!isObject(value) || value['schema'] !== 1) return false;
  const { name, savedAt, machine, documents, measures } = value;
  if (typeof name !== 'string' || typeof savedAt !== 'string') return false;
  if (!isObject(machine) || typeof machine['cores'] !== 'number' || typeof machine['platform'] !== 'string')
    return false;
  if (!isObject(documents) || typeof documents['source'] !== 'string' || typeof documents['bytes'] !== 'number')
    return false;
  return isObject(measures) && Object.values(measures).every(isMeasure);
}

function isMeasure(value: unknown): value is SavedMeasure {
  if (!isObject(value) || !UNITS.some((unit) => unit === value['unit'])) return false;
  const { rounds } = value;
  return Array.isArray(rounds) && rounds.length > 0 && rounds.every(isPositive);
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
