// Proves what a pipeline relies on: records are on disk when they are acknowledged, rows beyond the memory bound come back from
// disk, segments go when their documents are written, every bound holds and lets the oldest document through, and misuse,
// another run, another process and a full disk are told by their codes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { CallLedger } from '../../../src/ledger/calls/call-ledger.js';
import { resolveCallLedgerOptions } from '../../../src/ledger/calls/options.js';
import { Scratch } from '../../support/scratch.js';
import {
  answerOf,
  ask,
  callOf,
  copyRun,
  deadLetter,
  flipBit,
  HEADER,
  NO_FILES,
  openLedger,
  Outputs,
  row,
  segmentsOf,
  taken,
} from './support.js';

const scratch = new Scratch();

function newRun(): { dir: string; outputs: Outputs } {
  const folder = scratch.fresh('');
  mkdirSync(folder);
  return { dir: join(folder, 'run'), outputs: new Outputs(folder) };
}

const SMALL = { segmentBytes: 64 * 1024 };
const TEXT = 'x'.repeat(10_000);

describe('opening', () => {
  test('a new run begins at the start, the same command goes on', async () => {
    const { dir } = newRun();
    const first = await openLedger(dir);
    expect(first).toMatchObject({ state: 'new', checkpoint: { ordinal: 0, outputBytes: 0 } });
    await first.ledger.close();
    await first.ledger.close();
    const second = await openLedger(dir);
    expect(second).toMatchObject({ state: 'resumed', checkpoint: { ordinal: 0 }, damage: [] });
    await second.ledger.close();
  });

  test('with other options or inputs it is refused, naming each', async () => {
    const { dir } = newRun();
    await (await openLedger(dir)).ledger.close();
    const other = { ...HEADER, options: { model: 'large', iterations: 3 }, inputs: [] };
    const message = expect.stringMatching(/model: was "small", now "large"; iterations: .*; input 1: /);
    await expect(CallLedger.open(dir, other, { files: NO_FILES })).rejects.toMatchObject({
      code: 'ERR_RESUME_MISMATCH',
      message,
    });
    await (await openLedger(dir)).ledger.close();
  });

  test('while it is in use, it is refused', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir);
    await expect(openLedger(dir)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    await ledger.close();
  });

  test('records without their run.journal, a file in its place, and outputs that were cut are refused', async () => {
    const { dir } = newRun();
    mkdirSync(dir);
    writeFileSync(join(dir, 'calls-00000001.log'), '');
    await expect(openLedger(dir)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    const file = scratch.write('a-file', '');
    await expect(openLedger(file)).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });

    const { dir: written } = newRun();
    const { ledger } = await openLedger(written);
    await ledger.passed(0, row('a'));
    await ledger.committed({ ordinal: 1, outputBytes: 2, failedBytes: 0, place: {}, totals: {} });
    await ledger.close();
    // The records still hold the checkpoint before; a second opening has made its own the only one.
    await (await openLedger(written, { files: { outputBytes: 2, failedBytes: 0 } })).ledger.close();
    await expect(openLedger(written)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
  });

  test('options are checked', () => {
    expect(resolveCallLedgerOptions({ rowsBytesMax: 0 })).toMatchObject({ rowsBytesMax: 0, segmentBytes: 33_554_432 });
    expect(() => resolveCallLedgerOptions({ diskBytesMax: 65_536 })).toThrow(/ledger\.diskBytesMax .* 134217728/);
    expect(() => resolveCallLedgerOptions({ segmentBytes: 1 })).toThrow(/ledger\.segmentBytes .* 65536/);
    expect(() => resolveCallLedgerOptions(JSON.parse('{"segment":1}'))).toThrow(/ledger\.segment is not an option/);
  });
});

describe('recording', () => {
  test('what is acknowledged is on disk: a copy made then knows it', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir);
    await ask(ledger, 3, 'first');
    await ask(ledger, 3, 'second', 1);
    await ledger.sent({ ...callOf(3, 2), worstNanoUsd: 10 });
    await ledger.finished(5, row('five'));
    copyRun(dir, `${dir}-copy`);
    const copy = await openLedger(`${dir}-copy`);
    expect((await copy.ledger.answersOf(3)).map(({ completion }) => completion.text)).toEqual(['first', 'second']);
    expect(copy.ledger.money()).toMatchObject({ sent: 3, answered: 2, lost: 1, spentNanoUsd: 24 });
    expect(await taken(copy.ledger, 5)).toBe('five');
    await ask(copy.ledger, 3, 'third', 2);
    await copy.ledger.close();
    await ledger.close();
  });

  test('records of one turn share their writes and one promise', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir);
    const sent = Array.from({ length: 100 }, (_, n) => ledger.sent({ ...callOf(n), worstNanoUsd: 1 }));
    expect(new Set(sent).size).toBe(1);
    await Promise.all(sent);
    await ledger.close();
  });

  test.each([
    ['an iteration that is not the next', (ledger: CallLedger) => ledger.sent({ ...callOf(0, 1), worstNanoUsd: 1 })],
    ['an attempt that has not ended', (ledger: CallLedger) => ledger.sent({ ...callOf(1), worstNanoUsd: 1 })],
    ['a call beyond the bounds', (ledger: CallLedger) => ledger.sent({ ...callOf(0, 0, 256), worstNanoUsd: 1 })],
    ['money that is none', (ledger: CallLedger) => ledger.sent({ ...callOf(0), worstNanoUsd: 0.5 })],
    ['an answer to nothing', (ledger: CallLedger) => ledger.answered(answerOf(0, 'a'))],
    ['a failure of nothing', (ledger: CallLedger) => ledger.failed({ ...callOf(0), code: 'E', chargedNanoUsd: 0 })],
    ['a call for a finished document', (ledger: CallLedger) => ledger.sent({ ...callOf(2), worstNanoUsd: 1 })],
    ['a second end', (ledger: CallLedger) => ledger.finished(2, row('b'))],
    ['what is no line', (ledger: CallLedger) => ledger.finished(0, { kind: 'row', line: Buffer.from('b') })],
    ['a commit of what is not finished', (ledger: CallLedger) => ledger.committed(at(1))],
    ['an end while documents are under way', (ledger: CallLedger) => ledger.complete(at(0))],
  ])('refuses %s, and goes on', async (_, misuse) => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir);
    await ledger.sent({ ...callOf(1), worstNanoUsd: 1 });
    await ledger.finished(2, row('a'));
    await expect(misuse(ledger)).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    expect(() => ledger.take(0)).toThrow(/before it is finished/);
    await ledger.answered(answerOf(1, 'a'));
    expect(ledger.money()).toMatchObject({ sent: 1, answered: 1 });
    await ledger.close();
  });

  test('after close everything is refused', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir);
    await ledger.close();
    await expect(ask(ledger, 0, 'a')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('rows', () => {
  test('beyond the bound are read back, in any order, while others are written', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir, { options: { ...SMALL, rowsBytesMax: 25_000 } });
    const count = 60;
    for (let n = 1; n < count; n++) void ledger.finished(n, row(`${n} ${TEXT}`));
    for (let n = count - 1; n > 0; n--) expect(await taken(ledger, n)).toBe(`${n} ${TEXT}`);
    await ledger.close();
  });

  test('without a record are held however large, and recorded when there is no room', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir, { options: { rowsBytesMax: 100 } });
    expect(ledger.passed(0, row(TEXT))).toBeUndefined();
    await ledger.passed(1, row(TEXT));
    copyRun(dir, `${dir}-copy`);
    expect(await taken(ledger, 0)).toBe(TEXT);
    expect(await taken(ledger, 1)).toBe(TEXT);
    await ledger.close();
    const copy = await openLedger(`${dir}-copy`);
    expect([copy.ledger.state(0), copy.ledger.state(1)]).toEqual(['new', 'finished']);
    await copy.ledger.close();
  });

  test('that are damaged on disk are gone, not wrong; the document begins anew', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir, { options: { rowsBytesMax: 0 } });
    await ask(ledger, 1, 'answer');
    await ledger.finished(1, row(TEXT));
    const path = segmentsOf(dir)[0]!;
    flipBit(path, (statSync(path).size - 100) * 8);
    expect(await taken(ledger, 1)).toBeUndefined();
    expect(ledger.state(1)).toBe('new');
    await ask(ledger, 1, 'again');
    await ledger.finished(1, row('again'));
    await ledger.close();
  });
});

describe('segments', () => {
  test('are removed when their documents are written; one slow document keeps those from its own on', async () => {
    const { dir, outputs } = newRun();
    const { ledger } = await openLedger(dir, { options: SMALL });
    let drained = 0;
    const finish = async (n: number): Promise<void> => {
      await ask(ledger, n, TEXT);
      await ledger.finished(n, row(TEXT));
      drained = await outputs.drain(ledger, drained);
      await ledger.committed(outputs.checkpoint(drained));
    };
    for (let n = 0; n < 50; n++) await finish(n);
    await ask(ledger, 50, 'slow');
    expect(segmentsOf(dir).length).toBeLessThanOrEqual(2);
    expect(ledger.diskBytes).toBeLessThan(3 * SMALL.segmentBytes);
    for (let n = 51; n < 100; n++) await finish(n);
    expect(segmentsOf(dir).length).toBeGreaterThan(10);
    copyRun(dir, `${dir}-copy`);
    const copy = await openLedger(`${dir}-copy`, { files: outputs.files });
    expect(await copy.ledger.answersOf(50)).toHaveLength(1);
    await copy.ledger.close();
    await ledger.finished(50, row(TEXT));
    drained = await outputs.drain(ledger, drained);
    await ledger.committed(outputs.checkpoint(drained));
    expect(drained).toBe(100);
    expect(segmentsOf(dir).length).toBeLessThanOrEqual(2);
    expect(ledger.money()).toMatchObject({ sent: 100, answered: 100, spentNanoUsd: 700 });
    await ledger.complete(outputs.checkpoint(100));
    await ledger.close();
    expect(await outputs.verify(dir, { documents: 100 })).toEqual([]);
  });
});

describe('bounds', () => {
  test.each([
    ['documents', { documentsMax: 10 }],
    ['bytes on disk', { segmentBytes: 64 * 1024, diskBytesMax: 256 * 1024 }],
  ])('at the bound of %s new documents wait, and neither the oldest nor one that was begun', async (_, options) => {
    const { dir, outputs } = newRun();
    const { ledger } = await openLedger(dir, { options });
    await ledger.sent({ ...callOf(9), worstNanoUsd: 1 });
    for (let n = 1; n < 9; n++) await ledger.finished(n, row('x'.repeat(36_000)));
    let isSent = false;
    const waiting = ledger.sent({ ...callOf(10), worstNanoUsd: 1 }).then(() => (isSent = true));
    await ledger.answered(answerOf(9, 'a'));
    await ask(ledger, 0, 'a');
    await ledger.finished(0, row('a'));
    const drained = await outputs.drain(ledger, 0);
    expect({ isSent, drained }).toEqual({ isSent: false, drained: 9 });
    await ledger.committed(outputs.checkpoint(drained));
    await waiting;
    await ledger.close();
  });

  test('whoever waits is let go by the signal and by close', async () => {
    const { dir } = newRun();
    const { signal, abort } = abortable();
    const { ledger } = await openLedger(dir, { options: { documentsMax: 1 }, signal });
    const waiting = ledger.sent({ ...callOf(1), worstNanoUsd: 1 });
    abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect(ledger.passed(1, row('a'))).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await ledger.close();
    const { ledger: other } = await openLedger(newRun().dir, { options: { documentsMax: 1 } });
    const waitingToo = other.sent({ ...callOf(1), worstNanoUsd: 1 });
    await Promise.all([expect(waitingToo).rejects.toMatchObject({ code: 'ERR_CLOSED' }), other.close()]);
  });

  test('more than may wait for the disk waits before it, and all is written', async () => {
    const { dir } = newRun();
    const { ledger } = await openLedger(dir, { options: { pendingBytesMax: 1, rowsBytesMax: 0 } });
    const finished = Array.from({ length: 200 }, (_, n) => ledger.finished(n, row(`row ${n}`)));
    await Promise.all(finished);
    for (let n = 0; n < 200; n++) expect(await taken(ledger, n)).toBe(`row ${n}`);
    await ledger.close();
  });
});

describe('a complete run', () => {
  test('leaves one file, and is complete for whoever opens it', async () => {
    const { dir, outputs } = await completeRun();
    expect(segmentsOf(dir)).toEqual([]);
    expect(existsSync(join(dir, 'run.journal.lock'))).toBe(false);
    const opened = await CallLedger.open(dir, HEADER, { files: NO_FILES });
    expect(opened).toMatchObject({
      state: 'complete',
      checkpoint: { ordinal: 6, ...outputs.files },
      money: { sent: 4, answered: 4, spentNanoUsd: 28 },
    });
  });

  test('forgets the segments of a process that was killed while it removed them', async () => {
    const { dir } = await completeRun();
    writeFileSync(join(dir, 'calls-00000001.log'), 'left behind');
    expect(await CallLedger.open(dir, HEADER, { files: NO_FILES })).toMatchObject({ state: 'complete' });
    expect(segmentsOf(dir)).toEqual([]);
  });

  test('can retry its dead letters: these are open, money goes on, and the new output is whole', async () => {
    const { dir } = await completeRun();
    const { outputs } = newRun();
    const retry = { files: NO_FILES, retryFailed: true };
    const first = await openLedger(dir, retry);
    expect(first.checkpoint.ordinal).toBe(0);
    expect([...(first.ledger.reopened ?? [])]).toEqual([2, 5]);
    expect([0, 1, 2, 5].map((n) => first.ledger.isOpen(n))).toEqual([false, false, true, true]);
    await ask(first.ledger, 2, 'now');
    await first.ledger.close();
    // Without the flag as well, since the round is under way.
    const { ledger } = await openLedger(dir);
    expect(await ledger.answersOf(2)).toHaveLength(1);
    for (const n of [0, 1, 3, 4]) await ledger.passed(n, row(`row ${n}`));
    await ledger.finished(2, row('row 2'));
    await ledger.finished(5, deadLetter('still'));
    await ledger.complete(outputs.checkpoint(await outputs.drain(ledger, 0)));
    await ledger.close();
    expect(await outputs.verify(dir, { documents: 6 })).toEqual([]);
    const again = await openLedger(dir, retry);
    expect([...(again.ledger.reopened ?? [])]).toEqual([5]);
    expect(again.ledger.money()).toMatchObject({ sent: 5, spentNanoUsd: 35 });
    await again.ledger.close();
  });

  test('without dead letters has none to retry; a run under way is refused', async () => {
    const { dir, outputs } = newRun();
    const { ledger } = await openLedger(dir);
    const retry = { files: NO_FILES, retryFailed: true };
    await ledger.close();
    await expect(CallLedger.open(dir, HEADER, retry)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    const { ledger: resumed } = await openLedger(dir);
    await resumed.complete(outputs.checkpoint(0));
    await resumed.close();
    expect(await CallLedger.open(dir, HEADER, retry)).toMatchObject({ state: 'complete' });
  });

  async function completeRun(): Promise<{ dir: string; outputs: Outputs }> {
    const { dir, outputs } = newRun();
    const { ledger } = await openLedger(dir);
    for (const n of [0, 1, 3, 4]) await ask(ledger, n, 'answer');
    for (const n of [0, 1, 3, 4]) await ledger.finished(n, row(`row ${n}`));
    for (const n of [2, 5]) await ledger.passed(n, deadLetter(`dead ${n}`));
    await ledger.complete(outputs.checkpoint(await outputs.drain(ledger, 0)));
    await ledger.close();
    expect(await outputs.verify(dir, { documents: 6 })).toEqual([]);
    return { dir, outputs };
  }
});

test.skipIf(process.platform === 'win32')(
  'a full disk is told to everyone once, and what was written before is there',
  async () => {
    // A limit on file sizes stands in for a full disk.
    const { dir } = newRun();
    const source = new URL('../../../src/ledger/calls/call-ledger.ts', import.meta.url).href;
    const script = `
      import { CallLedger } from ${JSON.stringify(source)};
      const { ledger } = await CallLedger.open(process.argv[1], ${JSON.stringify(HEADER)}, { files: ${JSON.stringify(NO_FILES)} });
      const line = Buffer.from('x'.repeat(99_999) + '\\n');
      let written = 0;
      let code;
      while (code === undefined) await ledger.finished(written, { kind: 'row', line }).then(() => written++, (error) => { code = error.code; });
      const later = await ledger.finished(written + 1, { kind: 'row', line }).catch((error) => error.code);
      await ledger.close();
      process.stdout.write(JSON.stringify({ code, later, written }));`;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script, dir];
    const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 2048; exec "$@"', 'sh', ...node], { encoding: 'utf8' });
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE', later: 'ERR_OUTPUT_UNWRITABLE' });
    expect(told.written).toBeGreaterThan(3);
    const { ledger } = await openLedger(dir);
    for (let n = 0; n < told.written; n++) expect(ledger.state(n)).toBe('finished');
    expect(await taken(ledger, told.written - 1)).toBe('x'.repeat(99_999));
    await ledger.close();
  },
);

function at(ordinal: number) {
  return { ordinal, outputBytes: 0, failedBytes: 0, place: {}, totals: {} };
}

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
}
