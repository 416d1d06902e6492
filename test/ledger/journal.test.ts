// Proves that a journal read back is a beginning of what was appended: after any truncation or flipped bit, after
// kill -9, and that what was acknowledged is part of it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { readJournal, type JournalFormat } from '../../src/ledger/journal-file.js';
import { Journal } from '../../src/ledger/journal.js';
import { tempPaths } from './temp-folder.js';

const newPath = tempPaths();
const FORMAT: JournalFormat<string, number> = {
  name: 'test',
  version: 1,
  parseHeader: (value) => (typeof value === 'string' ? value : undefined),
  parseRecord: (value) => (typeof value === 'number' ? value : undefined),
};

async function write(path: string, records: readonly number[]): Promise<void> {
  const journal = await Journal.create(path, FORMAT, 'header');
  for (const record of records) await journal.append(record);
  await journal.close();
}

async function read(path: string): Promise<{ header: string; records: number[] } | undefined> {
  const records: number[] = [];
  const contents = await readJournal(path, FORMAT, (record) => records.push(record));
  return contents === undefined ? undefined : { header: contents.header, records };
}

async function reopen(path: string, ...appended: number[]): Promise<void> {
  const opened = await Journal.open(path, FORMAT, () => {});
  if (opened === undefined) throw new Error('expected a journal');
  for (const record of appended) await opened.journal.append(record);
  await opened.journal.close();
}

describe('appending', () => {
  test('a record is in the file when append resolves', async () => {
    const path = newPath();
    const journal = await Journal.create(path, FORMAT, 'header');
    expect(await read(path)).toEqual({ header: 'header', records: [] });
    await journal.append(1);
    await journal.append(2);
    expect(await read(path)).toEqual({ header: 'header', records: [1, 2] });
    await journal.close();
  });

  test('records appended together keep their order', async () => {
    const path = newPath();
    const journal = await Journal.create(path, FORMAT, 'header');
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    await Promise.all(numbers.map((n) => journal.append(n)));
    await journal.sync();
    await journal.close();
    expect((await read(path))?.records).toEqual(numbers);
  });

  test('close waits for what was appended; append afterwards is refused', async () => {
    const path = newPath();
    const journal = await Journal.create(path, FORMAT, 'header');
    void journal.append(1);
    await journal.close();
    await journal.close();
    expect((await read(path))?.records).toEqual([1]);
    await expect(journal.append(2)).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
  });

  test('create takes the place of an older journal; remove leaves nothing', async () => {
    const path = newPath();
    await write(path, [1, 2, 3]);
    const journal = await Journal.create(path, FORMAT, 'again');
    expect(await read(path)).toEqual({ header: 'again', records: [] });
    await journal.remove();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.lock`)).toBe(false);
    expect(await read(path)).toBeUndefined();
  });
});

describe('opening', () => {
  test('goes on behind the last record', async () => {
    const path = newPath();
    await write(path, [1, 2]);
    await reopen(path, 3);
    expect((await read(path))?.records).toEqual([1, 2, 3]);
  });

  test('can drop the newest records', async () => {
    const path = newPath();
    await write(path, [1, 2, 3]);
    const ends: number[] = [];
    const opened = await Journal.open(path, FORMAT, (_record, end) => ends.push(end));
    await opened?.journal.truncate(ends[0] ?? 0);
    await opened?.journal.append(9);
    await opened?.journal.close();
    expect((await read(path))?.records).toEqual([1, 9]);
  });

  test('is undefined without a journal, and leaves no lock', async () => {
    const path = newPath();
    expect(await Journal.open(path, FORMAT, () => {})).toBeUndefined();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('refuses a journal in use', async () => {
    const path = newPath();
    const journal = await Journal.create(path, FORMAT, 'header');
    const message = expect.stringContaining(String(process.pid));
    await expect(reopen(path)).rejects.toMatchObject({ code: 'ERR_LEDGER', message });
    await expect(Journal.create(path, FORMAT, 'header')).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    await journal.close();
    await reopen(path);
  });

  test('refuses another format, another version, and records that are none; leaves no lock', async () => {
    const path = newPath();
    await write(path, [1]);
    const others: JournalFormat<string, number>[] = [
      { ...FORMAT, name: 'other' },
      { ...FORMAT, version: 2 },
      { ...FORMAT, parseHeader: () => undefined },
      { ...FORMAT, parseRecord: () => undefined },
    ];
    for (const format of others) {
      await expect(Journal.open(path, format, () => {})).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    }
    writeFileSync(path, 'a text file\n');
    await expect(reopen(path)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('a directory in its place, and one that is missing', async () => {
    const path = newPath();
    mkdirSync(path);
    await expect(reopen(path)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    await expect(Journal.create(path, FORMAT, '')).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
    await expect(Journal.create(join(path, 'no', 'x'), FORMAT, '')).rejects.toMatchObject({ code: 'ERR_LEDGER' });
  });
});

describe('damage', () => {
  const records = [10, 200, 3000, 40_000, 500_000];
  let whole: Buffer;
  let headEnd: number;
  beforeAll(async () => {
    const path = newPath();
    await write(path, records);
    whole = readFileSync(path);
    headEnd = whole.indexOf('\n') + 1;
  });

  test('truncated anywhere, the complete lines are read, and appending goes on behind them', async () => {
    for (let length = 0; length <= whole.length; length++) {
      const path = newPath();
      writeFileSync(path, whole.subarray(0, length));
      const contents = await read(path);
      if (length < headEnd) {
        expect(contents).toBeUndefined();
        continue;
      }
      const complete = whole.subarray(headEnd, length).toString().split('\n').length - 1;
      expect(contents?.records).toEqual(records.slice(0, complete));
      await reopen(path, 7);
      expect((await read(path))?.records).toEqual([...records.slice(0, complete), 7]);
    }
  });

  test('any flipped bit costs its line and those behind it, or the header is refused', async () => {
    const path = newPath();
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (n) => {
        const bit = n % (whole.length * 8);
        const damaged = Buffer.from(whole);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        writeFileSync(path, damaged);
        if (bit >> 3 < headEnd) {
          await expect(read(path)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
          return;
        }
        const linesBefore =
          whole
            .subarray(headEnd, bit >> 3)
            .toString()
            .split('\n').length - 1;
        expect((await read(path))?.records).toEqual(records.slice(0, linesBefore));
      }),
      { numRuns: 300 },
    );
  });

  test('garbage behind the records is cut off', async () => {
    const path = newPath();
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(300_000)]));
    await reopen(path, 7);
    expect((await read(path))?.records).toEqual([...records, 7]);
  });
});

test('a process killed at any moment leaves all that it was told is there', async () => {
  const source = new URL('../../src/ledger/journal.ts', import.meta.url).href;
  const script = `
    import { Journal } from ${JSON.stringify(source)};
    const format = { name: 'test', version: 1, parseHeader: String, parseRecord: Number };
    const journal = await Journal.create(process.argv[1], format, 'header');
    for (let n = 0; ; n++) { await journal.append(n); process.stdout.write(n + '\\n'); }`;
  for (const waitMs of [5, 30]) {
    const path = newPath();
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (data: Buffer) => (told += data.toString()));
    await once(child.stdout, 'data');
    await new Promise((done) => setTimeout(done, waitMs));
    child.kill('SIGKILL');
    await once(child, 'close');
    const acknowledged = told.split('\n').length - 1;
    const found = (await read(path))?.records ?? [];
    expect(found.length).toBeGreaterThanOrEqual(acknowledged);
    expect(found).toEqual(found.map((_, n) => n));
    await reopen(path, found.length);
  }
});

test.skipIf(process.platform === 'win32')(
  'a disk that is full in the middle of a record leaves the records before it',
  async () => {
    // A limit on file sizes stands in for a full disk.
    const source = new URL('../../src/ledger/journal.ts', import.meta.url).href;
    const script = `
    import { Journal } from ${JSON.stringify(source)};
    const format = { name: 'test', version: 1, parseHeader: String, parseRecord: String };
    const journal = await Journal.create(process.argv[1], format, 'header');
    const tell = (error) => process.stdout.write(error.code + '\\n');
    let failed = false;
    while (!failed) await journal.append('x'.repeat(300_000)).catch((error) => { failed = true; tell(error); });
    await journal.append('later').catch(tell);
    await journal.close();`;
    const path = newPath();
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script, path];
    const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 4096; exec "$@"', 'sh', ...node], { encoding: 'utf8' });
    expect(stdout).toBe('ERR_OUTPUT_UNWRITABLE\nERR_OUTPUT_UNWRITABLE\n');
    const text = readFileSync(path, 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    const format = {
      ...FORMAT,
      parseRecord: (value: unknown) => (typeof value === 'string' ? value.length : undefined),
    };
    const lengths: number[] = [];
    await readJournal(path, format, (record) => lengths.push(record));
    expect(lengths.length).toBeGreaterThan(2);
    expect(new Set(lengths)).toEqual(new Set([300_000]));
  },
);
