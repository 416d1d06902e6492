/**
 * Proves that text files are scored as the library scores their text, a row a file, and that a file that cannot be read is that
 * document's failure and no other's. Files are written, scored on this thread and compared with the library's report.
 */
import { gzipSync } from 'node:zlib';
import { mkdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountsReport } from '../../src/core/report.js';
import { scoreFiles } from '../../src/workers/files.js';
import { Kernel, compileKernel } from '../../src/workers/kernel-host.js';
import { KernelSlot } from '../../src/workers/kernel-slot.js';
import { ProgressRow, createProgress } from '../../src/workers/progress.js';
import type { FilesRequest, RowSettings, RowsResponse } from '../../src/workers/protocol.js';
import { KEEP_ALL } from '../../src/workers/row-settings.js';
import { FULLEST_ROWS } from '../support/measures.js';
import { unicodeText, wellFormedText } from '../support/text-arbitraries.js';
import { Scratch } from '../support/scratch.js';

const SETTINGS: RowSettings = {
  ...KEEP_ALL,
  emit: 'reports',
  textField: 'text',
  idField: 'id',
  maxBytes: 100_000,
  lineBytesMax: 1_000_000,
};

const scratch = new Scratch();
const worker = new KernelSlot(compileKernel(), FULLEST_ROWS.row);
const reference = Kernel.load(FULLEST_ROWS.row);
const progress = new ProgressRow(createProgress(1), 0);

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly id?: string;
}

function requestFor(files: readonly File[], settings = SETTINGS): FilesRequest {
  for (const { name, bytes } of files) scratch.write(name, bytes);
  return {
    kind: 'files',
    batch: 1,
    slot: 0,
    slab: new ArrayBuffer(64),
    condemned: [],
    settings,
    files: files.map(({ name, id = name }) => ({ path: scratch.path(name), id })),
  };
}

function score(files: readonly File[], settings = SETTINGS): RowsResponse {
  return scoreFiles(requestFor(files, settings), worker, progress);
}

function rowsOf({ slab, slabBytes }: RowsResponse): string[] {
  const text = Buffer.from(slab, 0, slabBytes).toString();
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

function reportOf(id: string, text: string): CountsReport {
  return FULLEST_ROWS.decoder.decode(id, reference.scoreText(text), 0);
}

describe('rows of text files', () => {
  it('are the reports of their text, byte for byte, packed or not', () => {
    const files = fc.array(fc.tuple(wellFormedText(), fc.boolean(), unicodeText()), { maxLength: 5 });
    fc.assert(
      fc.property(files, (all) => {
        const made = all.map(([text, isPacked, id], index) => ({
          name: isPacked ? `${index}.txt.gz` : `${index}.txt`,
          bytes: isPacked ? gzipSync(text, { level: 1 }) : Buffer.from(text),
          id,
        }));
        const response = score(made);
        expect(rowsOf(response)).toEqual(all.map(([text, , id]) => JSON.stringify(reportOf(id, text))));
        const bytes = all.reduce((sum, [text]) => sum + Buffer.byteLength(text), 0);
        expect(response).toMatchObject({ documents: all.length, lines: 0, bytes, failures: [], inputError: undefined });
      }),
      { numRuns: 100 },
    );
  });

  it('hold the text as JSON, and the report when both are asked for', () => {
    fc.assert(
      fc.property(wellFormedText(), fc.constantFrom('rows', 'both'), (text, emit) => {
        const [row] = rowsOf(
          score([{ name: 'a.txt', bytes: Buffer.from(text), id: 'an "id"' }], { ...SETTINGS, emit }),
        );
        const both = { id: 'an "id"', text, report: reportOf('an "id"', text) };
        expect(row).toBe(JSON.stringify(emit === 'both' ? both : { id: both.id, text }));
      }),
      { numRuns: 100 },
    );
  });

  it('keep a byte order mark, which is a character of the text', () => {
    const [row = ''] = rowsOf(score([{ name: 'a.txt', bytes: Buffer.from('\ufeffOne.') }]));
    expect(JSON.parse(row)).toMatchObject({ bytes: 7, chars: 5, words: 1 });
  });

  it('have ill-formed bytes replaced and counted', () => {
    const bytes = Buffer.from('a\xff b\xe2\x82 c\xc0\x80', 'latin1');
    const text = new TextDecoder().decode(bytes);
    const [row = ''] = rowsOf(score([{ name: 'a.txt', bytes }], { ...SETTINGS, emit: 'both' }));
    expect(JSON.parse(row)).toEqual({ id: 'a.txt', text, report: { ...reportOf('a.txt', text), replaced: 4 } });
  });

  it('are there for empty files', () => {
    const [row = ''] = rowsOf(score([{ name: 'a.txt', bytes: new Uint8Array(0) }]));
    expect(row).toBe(JSON.stringify(reportOf('a.txt', '')));
  });

  it('are unpacked whatever the case of the ending', () => {
    const [row = ''] = rowsOf(score([{ name: 'a.txt.GZ', bytes: gzipSync('One two.') }]));
    expect(JSON.parse(row)).toMatchObject({ bytes: 8, words: 2 });
  });
});

describe('a file that cannot be scored', () => {
  const good = { name: 'good.txt', bytes: Buffer.from('Good.') };

  function failuresOf(files: readonly File[], settings = SETTINGS): [number, string, string | number | undefined][] {
    const response = score(files, settings);
    expect(response.documents).toBe(files.length);
    expect(rowsOf(response)).toHaveLength(files.length - response.failures.length);
    return response.failures.map(({ index, error, id, line }) => {
      expect(line).toBeUndefined();
      return [index, error.code, id];
    });
  }

  it('is a failure of its own: missing, a folder, damaged, cut off', () => {
    mkdirSync(scratch.path('folder.txt'), { recursive: true });
    const damaged = gzipSync('x'.repeat(1000));
    const request = requestFor([
      good,
      { name: 'damaged.txt.gz', bytes: Buffer.from('no gzip') },
      { name: 'cut.txt.gz', bytes: damaged.subarray(0, damaged.length - 4) },
      good,
    ]);
    const files = [
      { path: scratch.path('missing.txt'), id: 'missing' },
      { path: scratch.path('folder.txt'), id: 'folder' },
      ...request.files,
    ];
    const response = scoreFiles({ ...request, files }, worker, progress);
    expect(response.failures.map(({ index, error, id }) => [index, error.code, id])).toEqual([
      [0, 'ERR_INPUT_UNREADABLE', 'missing'],
      [1, 'ERR_INPUT_UNREADABLE', 'folder'],
      [3, 'ERR_INPUT_CORRUPT', 'damaged.txt.gz'],
      [4, 'ERR_INPUT_CORRUPT', 'cut.txt.gz'],
    ]);
    expect(response.failures[0]?.error.message).toContain('ENOENT');
    expect(rowsOf(response).map((row) => (JSON.parse(row) as CountsReport).id)).toEqual(['good.txt', 'good.txt']);
  });

  it('is too large by its size, by what it unpacks to, or by what its ill-formed bytes become', () => {
    const settings = { ...SETTINGS, maxBytes: 10 };
    const text = 'x'.repeat(10);
    expect(
      failuresOf(
        [
          { name: 'fits.txt', bytes: Buffer.from(text) },
          { name: 'large.txt', bytes: Buffer.from(`${text}x`) },
          { name: 'fits.txt.gz', bytes: gzipSync(text) },
          { name: 'bomb.txt.gz', bytes: gzipSync(Buffer.alloc(1_000_000)) },
          { name: 'ill.txt', bytes: Buffer.alloc(4, 0xff) },
          good,
        ],
        settings,
      ),
    ).toEqual([
      [1, 'ERR_DOCUMENT_TOO_LARGE', 'large.txt'],
      [3, 'ERR_DOCUMENT_TOO_LARGE', 'bomb.txt.gz'],
      [4, 'ERR_DOCUMENT_TOO_LARGE', 'ill.txt'],
    ]);
  });

  it('is passed over when it was given up', () => {
    const response = scoreFiles({ ...requestFor([good, good, good]), condemned: [1] }, worker, progress);
    expect(rowsOf(response)).toHaveLength(2);
    expect(response.failures).toMatchObject([{ index: 1, error: { code: 'ERR_WORKER_CRASHED' } }]);
  });

  it('because the kernel stopped is a failure, and the next ones are scored by a new kernel', () => {
    const slot = new KernelSlot(compileKernel(), FULLEST_ROWS.row);
    const first = slot.kernel;
    Object.defineProperty(first, 'exports', {
      value: {
        ...first.exports,
        scoreFile: () => {
          throw new RangeError('no memory');
        },
      },
    });
    const response = scoreFiles(requestFor([good, good, good]), slot, progress);
    expect(slot.kernel).not.toBe(first);
    expect(response.failures.map(({ index, error }) => [index, error.code])).toEqual([[0, 'ERR_OUT_OF_MEMORY']]);
    expect(rowsOf(response)).toHaveLength(2);
  });
});
