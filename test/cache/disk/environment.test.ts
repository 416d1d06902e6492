/**
 * Proves that nothing that was committed is undone by those who open the file meanwhile: one process counts in transactions, others open
 * the file again and again, which without the gate undoes some of them in most runs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Environment } from '../../../src/cache/disk/environment.js';
import { Gate } from '../../../src/cache/disk/gate.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const PROCESS = [process.execPath, '--import', 'tsx', fileURLToPath(new URL('./process.ts', import.meta.url))] as const;
const OPENERS = 3;

it('keeps what is committed while other processes open the file', async () => {
  const path = scratch.fresh('.mdb');
  const gate = Gate.open(`${path}.gate`);
  const environment = new Environment(path, 10, gate);
  const table = environment.table('a');
  const openers = Array.from({ length: OPENERS }, () =>
    spawn(PROCESS[0], [...PROCESS.slice(1), 'open', path, '400'], { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  let running = openers.length;
  const ended = openers.map(async (opener) => {
    const [code]: unknown[] = await once(opener, 'exit');
    running--;
    return code;
  });
  const key = Buffer.from('count');
  const stored = () => table.getBinary(key)?.readUInt32BE(0) ?? 0;
  let committed = 0;
  while (running > 0) {
    const found = await environment.transact(() => {
      const before = stored();
      const row = Buffer.alloc(4);
      row.writeUInt32BE(before + 1);
      table.putSync(key, row);
      return before;
    });
    expect(found).toBe(committed);
    committed++;
  }
  expect(await Promise.all(ended)).toEqual(openers.map(() => 0));
  expect(committed).toBeGreaterThan(OPENERS);
  await environment.close();
  await gate.close();
});
