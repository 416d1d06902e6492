/** A small pipeline that a test kills: a call a document, rows in order, a checkpoint each turn. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { CallLedger } from '../../../src/ledger/calls/call-ledger.js';
import { answerOf, callOf, HEADER, Outputs, row } from './support.js';

const [folder = '', documents = '0', concurrency = '0'] = process.argv.slice(2);
const count = Number(documents);
const outputs = new Outputs(folder);
const received = join(folder, 'received');

const opened = await CallLedger.open(join(folder, 'run'), HEADER, {
  files: outputs.files,
  options: { segmentBytes: 64 * 1024, rowsBytesMax: 2000 },
});
// The one before was killed after its last record.
if (opened.state === 'complete') process.exit(0);
const { ledger, checkpoint } = opened;
outputs.cut(checkpoint);
let next = checkpoint.ordinal;
let drained = checkpoint.ordinal;
process.stdout.write('begun\n');
await Promise.all([...Array.from({ length: Number(concurrency) }, () => refine(ledger)), write(ledger)]);
await ledger.complete(outputs.checkpoint(drained));
await ledger.close();

async function refine(calls: CallLedger): Promise<void> {
  while (next < count) {
    const ordinal = next++;
    if (calls.state(ordinal) === 'finished') continue;
    const [answer] = await calls.answersOf(ordinal);
    const text = answer?.completion.text ?? (await call(calls, ordinal));
    await calls.finished(ordinal, row(`${ordinal} ${text}`));
  }
}

async function call(calls: CallLedger, ordinal: number): Promise<string> {
  await calls.sent({ ...callOf(ordinal), worstNanoUsd: 10 });
  appendFileSync(received, `${ordinal}\n`);
  await new Promise((resolve) => setImmediate(resolve));
  const text = `answer ${'z'.repeat((ordinal * 37) % 900)}`;
  await calls.answered(answerOf(ordinal, text));
  return text;
}

async function write(calls: CallLedger): Promise<void> {
  while (drained < count) {
    drained = await outputs.drain(calls, drained, 50);
    await calls.committed(outputs.checkpoint(drained));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
