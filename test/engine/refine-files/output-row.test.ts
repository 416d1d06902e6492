/**
 * Proves how a row of the input becomes one of the output: lines of all kinds are read from files and written as they would be
 * after a refinement, and `JSON.parse` says what they must read as. Of a row in its own form, all bytes stay outside of a text
 * that was improved.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { outputRow } from '../../../src/engine/refine-files/output-row.js';
import { readDocuments, type ReadDocument } from '../../../src/engine/refine-files/read-documents.js';
import { resolveInputs } from '../../../src/io/inputs.js';
import type { RefinedRow } from '../../../src/refine/row.js';
import { jsonLinesFile } from '../../support/json-files.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();

/** Occurs in no line that is generated. */
const IMPROVED = 'The "improved" text \u0001 \\ \u00fc \u{1f600}\n of a model.';
const INSIDE = Buffer.from(JSON.stringify(IMPROVED).slice(1, -1));

function refined({ document: { id = '', text } }: ReadDocument, accepted: boolean): RefinedRow {
  const documentation = { completeness: 0, clarity: 0, consistency: 0, accuracy: 0, overall: 0 };
  const texts = { entropy: { aggregate: 1 }, readability: { fleschReadingEase: 50 }, coherence: null, documentation };
  const numbers = { score: 0.5, bytes: 10, words: 2, ...texts, miair: 1 };
  const usage = { inputTokens: 1, outputTokens: 2, usd: null };
  const outcome = {
    iterations: 1,
    stopped: 'gate',
    before: numbers,
    after: numbers,
    calls: 1,
    usage,
    steps: [],
  } as const;
  return { id, text: accepted ? IMPROVED : text, accepted, ...outcome };
}

async function documentsOf(content: Uint8Array, isPacked: boolean, textField: string): Promise<ReadDocument[]> {
  const path = scratch.fresh(isPacked ? '.jsonl.gz' : '.jsonl');
  writeFileSync(path, isPacked ? gzipSync(content) : content);
  const { inputs } = await resolveInputs([path]);
  const reading = {
    textField,
    idField: 'id',
    maxBytes: 1e6,
    lineBytesMax: 1e7,
    keepsLines: true,
    stdin: process.stdin,
  };
  const documents: ReadDocument[] = [];
  for await (const batch of readDocuments(inputs, { ...reading, signal: new AbortController().signal }))
    for (const each of batch.documents) if (each.kind === 'document') documents.push(each);
  rmSync(path);
  return documents;
}

/** The bytes of the lines of a file that hold documents; the mark at its start is no part of the first. */
function linesOf(content: Uint8Array, documents: readonly ReadDocument[]): Buffer[] {
  const mark = Buffer.from('\ufeff');
  const bytes = Buffer.from(content);
  const text = bytes.subarray(bytes.indexOf(mark) === 0 ? mark.length : 0).toString('latin1');
  return documents.map(({ line = 0 }) => Buffer.from(`${text.split('\n')[line - 1]}\n`, 'latin1'));
}

it('keeps every byte outside of a text that was improved', async () => {
  let improved = 0;
  await fc.assert(
    fc.asyncProperty(
      jsonLinesFile(),
      fc.boolean(),
      fc.constantFrom('text', 'text', 'id'),
      async (content, isPacked, textField) => {
        const documents = await documentsOf(content, isPacked, textField);
        const lines = linesOf(content, documents);
        for (const [index, document] of documents.entries()) {
          const line = lines[index]!;
          expect(outputRow('rows', refined(document, false), document.raw)).toEqual(line);

          const row = outputRow('rows', refined(document, true), document.raw);
          const at = row.indexOf(INSIDE);
          const suffix = row.subarray(at + INSIDE.length);
          expect(row.subarray(0, at)).toEqual(line.subarray(0, at));
          expect(suffix).toEqual(line.subarray(line.length - suffix.length));
          const before: unknown = JSON.parse(line.toString());
          expect(JSON.stringify(JSON.parse(row.toString()))).toBe(
            JSON.stringify({ ...(before as object), [textField]: IMPROVED }),
          );
          improved++;
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(improved).toBeGreaterThan(50);
});

it('adds what was decided behind the last field', async () => {
  await fc.assert(
    fc.asyncProperty(jsonLinesFile(), fc.boolean(), async (content, accepted) => {
      for (const document of await documentsOf(content, false, 'text')) {
        const row = refined(document, accepted);
        const { text: _text, ...decisions } = row;
        const alone = outputRow('rows', row, document.raw).toString('latin1');
        const both = outputRow('both', row, document.raw);
        const added = Buffer.from(`,"refinement":${JSON.stringify(decisions)}`).toString('latin1');
        expect(both.toString('latin1').replace(added, () => '')).toBe(alone);
        const fields: unknown = {
          ...(JSON.parse(Buffer.from(alone, 'latin1').toString()) as object),
          refinement: decisions,
        };
        expect(JSON.stringify(JSON.parse(both.toString()))).toBe(JSON.stringify(fields));
      }
    }),
    { numRuns: 100 },
  );
});
