/**
 * Proves that the rows that are to be passed over are those that a slow model fails for others' sake, however the inputs are cut,
 * packed and spread over files, and that they fail for the reason that `failuresOf` gives in memory.
 */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MillraceError } from '../../../src/core/errors.js';
import { FileDependencies } from '../../../src/engine/dependencies/file-dependencies.js';
import { readRows } from '../../../src/engine/dependencies/read-rows.js';
import { RowTable } from '../../../src/engine/dependencies/row-table.js';
import { failuresOf } from '../../../src/engine/graph/document-dependencies.js';
import { rowSettings } from '../../../src/engine/score-files/score-files.js';
import { resolveScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import type { Chunk } from '../../../src/io/chunk.js';
import type { Input } from '../../../src/io/input.js';
import { resolveInputs } from '../../../src/io/inputs.js';
import { dependentRows, failuresByModel, MAX_BYTES, type DependentRow } from '../../support/dependent-rows.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const settings = await rowSettings(resolveScoreFilesOptions({ inputs: ['-'], maxBytes: MAX_BYTES }));

async function dependenciesOf(inputs: readonly Input[], blockBytes: number): Promise<FileDependencies> {
  const { signal } = new AbortController();
  return new FileDependencies(
    await readRows(inputs, { field: 'parts', settings, blockBytes, signal }),
    inputs,
    undefined,
  );
}

/** An input in pieces of so many bytes of its lines. */
function* chunksOf({ index, source }: Input, bytes: number, chunkBytes: number): Generator<Chunk> {
  for (let start = 0; start < bytes; start += chunkBytes) {
    const end = Math.min(start + chunkBytes, bytes);
    yield { kind: 'range', input: index, source, path: source, start, end, bytes: end - start };
  }
}

const files = fc.array(fc.record({ rows: dependentRows, isPacked: fc.boolean(), hasMark: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
});

it('passes over what fails because of others', async () => {
  let failedForOthers = 0;
  await fc.assert(
    fc.asyncProperty(files, fc.constantFrom('\n', '\r\n', '\n \t\r\n\n'), fc.nat(90), async (all, newline, bytes) => {
      const contents = all.map(({ rows, hasMark }) => {
        return `${hasMark ? '\ufeff' : ''}${rows.map(({ line }) => line).join(newline)}`;
      });
      const names = contents.map((content, index) => {
        const { isPacked = false } = all[index] ?? {};
        const name = scratch.fresh(isPacked ? '.jsonl.gz' : '.jsonl');
        writeFileSync(name, isPacked ? gzipSync(content) : content);
        return name;
      });
      const { inputs } = await resolveInputs(names, { exclude: [] });
      const dependencies = await dependenciesOf(inputs, bytes + 1);
      const errors = inputs.flatMap((input, index) => {
        const chunks = [...chunksOf(input, Buffer.byteLength(contents[index] ?? ''), bytes + 1)];
        return chunks.flatMap((chunk) => {
          return dependencies.passedOver(chunk).map((position) => dependencies.errorOf(chunk, position));
        });
      });
      const rows = all.flatMap((file) => file.rows);
      const failed = failuresByModel(rows);
      const expected = [...failuresOf(rows, ownErrors(rows))].sort(([one], [other]) => one - other);
      expect(expected.map(([ordinal]) => ordinal)).toEqual(failed.flatMap((isFailed, row) => (isFailed ? [row] : [])));
      const forOthers = expected.filter(([ordinal]) => isPassedOver(rows[ordinal]!));
      expect(errors.map(({ code }) => code)).toEqual(forOthers.map(([, { code }]) => code));
      failedForOthers += errors.length;
    }),
    { numRuns: 150 },
  );
  expect(failedForOthers).toBeGreaterThan(100);
});

/** What scoring finds is not passed over; dependencies that are none are not found by it. */
function isPassedOver({ isBad, line }: DependentRow): boolean {
  return !isBad || isMalformed(line);
}

function isMalformed(line: string): boolean {
  return line.includes('"parts":{') || line.includes('"parts":[[');
}

function ownErrors(rows: readonly DependentRow[]): Map<number, MillraceError> {
  return new Map(
    rows.flatMap(({ isBad, line }, ordinal) => {
      const code = isMalformed(line) ? 'ERR_DEPENDENCY_MISSING' : 'ERR_ROW_JSON';
      return isBad ? [[ordinal, new MillraceError(code, 'bad')]] : [];
    }),
  );
}

it('names documents, sources and reasons', async () => {
  const bad = scratch.write(
    'bad.jsonl',
    '{"id":1,"text":"","parts":"x"}\n{"parts":2,"text":""}\n{"id":2,"text":null}\n',
  );
  const { inputs } = await resolveInputs([bad], { exclude: [] });
  const dependencies = await dependenciesOf(inputs, 1000);
  const [chunk] = [...chunksOf(inputs[0]!, 1000, 1000)];
  expect(dependencies.passedOver(chunk!)).toEqual([0, 1]);
  expect([0, 1].map((position) => dependencies.errorOf(chunk!, position).message)).toEqual([
    'document "1" depends on "x", which is not there',
    `document "number 1 of ${bad}" depends on "2", which failed: field "text" must be a string, got null`,
  ]);
});

it('refuses rows beyond its bounds', () => {
  const table = new RowTable(300_000);
  table.beginInput();
  table.checkBytes();
  for (let row = 0; row < 10_000; row++) table.add(row, row, []);
  expect(() => {
    table.checkBytes();
  }).toThrow(expect.objectContaining({ code: 'ERR_OPTION_RANGE' }));
});
