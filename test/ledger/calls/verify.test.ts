// Proves that verification finds what was done to a run behind its back, each thing by its kind, and nothing in a sound one;
// that it says what is damaged in a run under way; and that continuing after damage ends in a run that is whole.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { MARKER_BYTES } from '../../../src/ledger/calls/record.js';
import { inspectRun, type RunEvidence } from '../../../src/ledger/calls/verify.js';
import { Scratch } from '../../support/scratch.js';
import { ask, callOf, deadLetter, flipBit, HEADER, openLedger, Outputs, row, segmentsOf } from './support.js';

const scratch = new Scratch();
const COUNT = 40;
const EVIDENCE: Partial<RunEvidence> = { documents: COUNT, inputs: HEADER.inputs, budgetNanoUsd: 7 * COUNT };

let folder: string;
let dir: string;
let outputs: Outputs;
beforeEach(() => {
  folder = scratch.fresh('');
  mkdirSync(folder);
  dir = join(folder, 'run');
  outputs = new Outputs(folder);
});

/** Every seventh document is a dead letter; a checkpoint every ten. */
async function run(from: number, to: number, { isComplete = true } = {}): Promise<void> {
  const { ledger, checkpoint } = await openLedger(dir, { files: outputs.files, options: { segmentBytes: 65_536 } });
  outputs.cut(checkpoint);
  let drained = checkpoint.ordinal;
  for (let n = Math.min(from, drained); n < to; n++) {
    if (n < drained || ledger.state(n) === 'finished') continue;
    const [answer] = await ledger.answersOf(n);
    if (answer === undefined) await ask(ledger, n, 'x'.repeat(3000));
    await ledger.finished(n, n % 7 === 3 ? deadLetter(`dead ${n}`) : row(`row ${n}`));
    if (n % 10 !== 9) continue;
    drained = await outputs.drain(ledger, drained);
    await ledger.committed(outputs.checkpoint(drained));
  }
  if (isComplete) await ledger.complete(outputs.checkpoint(await outputs.drain(ledger, drained)));
  await ledger.close();
}

async function kinds(evidence: Partial<RunEvidence> = EVIDENCE): Promise<string[]> {
  return (await outputs.verify(dir, evidence)).map(({ kind }) => kind);
}

describe('a complete run', () => {
  beforeEach(() => run(0, COUNT));

  test('is sound', async () => {
    expect(await kinds()).toEqual([]);
    expect(await inspectRun(dir)).toMatchObject({ header: HEADER, isComplete: true, checkpoint: { ordinal: COUNT } });
  });

  const edits: [string, (lines: string[]) => string[]][] = [
    ['a line is lost', (lines) => lines.slice(1)],
    ['a line is there twice', (lines) => [lines[0]!, ...lines]],
    ['two lines have changed places', ([one, other, ...rest]) => [other!, one!, ...rest]],
    ['a line is changed', ([one, ...rest]) => [`${one} `, ...rest]],
    ['one line stands for another', ([, other, ...rest]) => [other!, other!, ...rest]],
    ['it is empty', () => []],
  ];
  test.each(edits)('%s', async (_, edit) => {
    for (const [path, kind] of [
      [outputs.output, 'output'],
      [outputs.failed, 'dead-letters'],
    ] as const) {
      const was = readFileSync(path, 'utf8');
      const lines = edit(was.split('\n').slice(0, -1));
      writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
      expect(await kinds()).toEqual([kind]);
      writeFileSync(path, was);
    }
  });

  test('the last line has lost its end', async () => {
    writeFileSync(outputs.output, readFileSync(outputs.output).subarray(0, -1));
    expect(await kinds()).toEqual(['output', 'output']);
  });

  test('the inputs have changed, the budget was crossed', async () => {
    const [input] = HEADER.inputs;
    expect(await kinds({ ...EVIDENCE, inputs: [{ ...input!, bytes: 11 }] })).toEqual(['inputs']);
    expect(await kinds({ ...EVIDENCE, documents: COUNT + 1 })).toEqual(['documents']);
    expect(await kinds({ ...EVIDENCE, budgetNanoUsd: 7 * COUNT - 1 })).toEqual(['money']);
  });
});

describe('a run under way', () => {
  test('is sound up to its checkpoint, whatever follows in the output', async () => {
    await run(0, 25, { isComplete: false });
    writeFileSync(outputs.output, 'a row that is not committed\nand a torn', { flag: 'a' });
    expect(await kinds({})).toEqual(['incomplete']);
    await run(25, COUNT);
    expect(await kinds()).toEqual([]);
  });

  test('in use is refused, and so is what is no run', async () => {
    const { ledger } = await openLedger(dir);
    await expect(kinds()).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    await ledger.close();
    await expect(inspectRun(folder)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
  });

  test('damage in the middle is told, costs the call that it hit, and the run ends whole', async () => {
    await run(0, 9, { isComplete: false });
    const path = segmentsOf(dir)[0]!;
    flipBit(path, (statSync(path).size >> 1) * 8);
    expect(await kinds({})).toEqual(['incomplete', 'ledger']);
    const opened = await openLedger(dir);
    expect(opened.damage).toHaveLength(1);
    const states = Array.from({ length: 9 }, (_, n) => opened.ledger.state(n));
    await opened.ledger.close();
    // The answer of one document was hit, and its row stands behind it.
    expect(states).toEqual(Array.from({ length: 9 }, () => 'finished'));
    await run(0, COUNT);
    expect(await kinds({ documents: COUNT })).toEqual([]);
  });

  test('damage at the head of the only segment leaves the second copy of its sums', async () => {
    await run(0, 9, { isComplete: false });
    await run(9, 15, { isComplete: false });
    flipBit(segmentsOf(dir).at(-1)!, 300);
    const { ledger, checkpoint } = await openLedger(dir, { files: outputs.files });
    expect(checkpoint.ordinal).toBe(10);
    expect(ledger.money()).toMatchObject({ sent: 15, answered: 15 });
    await ledger.close();
    await run(15, COUNT);
    expect(await kinds()).toEqual([]);
  });

  test('an answer behind one that was lost is not used; the calls are made again, and told', async () => {
    const { ledger } = await openLedger(dir);
    await ask(ledger, 0, 'first');
    await ask(ledger, 0, 'second', 1);
    await ledger.close();
    const path = segmentsOf(dir)[0]!;
    flipBit(path, readFileSync(path).indexOf('first') * 8);
    const { ledger: resumed } = await openLedger(dir);
    expect(await resumed.answersOf(0)).toEqual([]);
    await ask(resumed, 0, 'first again');
    await ask(resumed, 0, 'second again', 1);
    await resumed.close();
    const { ledger: last } = await openLedger(dir);
    const texts = (await last.answersOf(0)).map(({ completion }) => completion.text);
    expect(texts).toEqual(['first again', 'second again']);
    await last.close();
  });

  test('calls that its sessions gave up add up', async () => {
    for (let session = 0; session < 3; session++) {
      const { ledger } = await openLedger(dir);
      await ledger.sent({ ...callOf(session), worstNanoUsd: 10 });
      await ledger.close();
    }
    expect(await kinds({})).toEqual(['incomplete']);
    expect((await inspectRun(dir)).money).toMatchObject({ sent: 3, lost: 3, spentNanoUsd: 30 });
  });

  test('a checkpoint that begins a segment enters its dead letters once', async () => {
    const { ledger } = await openLedger(dir, { options: { segmentBytes: 65_536 } });
    await ledger.finished(0, deadLetter('dead'));
    await ledger.finished(2, row('x'.repeat(30_000)));
    const place = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`input ${n}`, n]));
    await ledger.committed({ ...outputs.checkpoint(await outputs.drain(ledger, 0)), place });
    await ledger.close();
    expect(segmentsOf(dir)).toHaveLength(2);
    expect(await kinds({})).toEqual(['incomplete']);
    const { ledger: resumed, checkpoint } = await openLedger(dir, { files: outputs.files });
    expect(checkpoint).toMatchObject({ ordinal: 1, place });
    await resumed.close();
  });

  test('a segment that is removed between others is no difference', async () => {
    const { ledger } = await openLedger(dir, { options: { segmentBytes: 65_536, rowsBytesMax: 0 } });
    await ledger.finished(30, row('x'.repeat(40_000)));
    for (let n = 0; n < 3; n++) {
      await ask(ledger, n, 'x'.repeat(40_000));
      await ledger.finished(n, row(`row ${n}`));
    }
    await ledger.finished(31, row('x'.repeat(40_000)));
    await ledger.committed(outputs.checkpoint(await outputs.drain(ledger, 0)));
    await ledger.close();
    expect(segmentsOf(dir).map((path) => Number(path.slice(-5, -4)))).toEqual([1, 5]);
    expect(await kinds({})).toEqual(['incomplete']);
  });

  test('sums that the records do not add up to are told, and so is an answer to what has one', async () => {
    const { ledger } = await openLedger(dir);
    await ask(ledger, 0, 'a');
    await ledger.close();
    const segment = readFileSync(segmentsOf(dir)[0]!);
    const marker = segment.subarray(0, MARKER_BYTES);
    const answer = segment.subarray(segment.lastIndexOf(marker));
    writeFileSync(segmentsOf(dir)[0]!, answer, { flag: 'a' });
    const { ledger: next } = await openLedger(dir);
    await next.close();
    const differences = await outputs.verify(dir);
    expect(differences.map(({ kind }) => kind)).toEqual(['incomplete', 'calls']);
    expect(differences[1]?.message).toBe('1 answered calls were made again');
    // As if the process that wrote the second segment had not seen the repeated answer.
    writeFileSync(segmentsOf(dir)[0]!, answer, { flag: 'a' });
    expect(await kinds({})).toEqual(['incomplete', 'ledger', 'calls']);
  });
});
