// Proves that one owner at a time has a lock, and that the locks of owners that are gone hold nobody up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { acquireLock } from '../../src/ledger/lock.js';
import { tempPaths } from './temp-folder.js';

const newPath = tempPaths();

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  if (child.pid === undefined) throw new Error('expected a process');
  return child.pid;
}

describe('one owner', () => {
  test('a second one is refused, naming the process, until the first lets go', async () => {
    const path = newPath();
    const lock = await acquireLock(path);
    await expect(acquireLock(path)).rejects.toMatchObject({
      code: 'ERR_LEDGER',
      message: expect.stringContaining(`process ${process.pid} is using it`),
    });
    await lock.release();
    await lock.release();
    expect(existsSync(`${path}.lock`)).toBe(false);
    await (await acquireLock(path)).release();
  });

  test('of many that come at once, one gets it, with a lock left behind and without', async () => {
    const pid = await deadPid();
    for (let round = 0; round < 20; round++) {
      const path = newPath();
      if (round % 2 === 0) writeFileSync(`${path}.lock`, JSON.stringify({ pid, start: null, token: 'x' }));
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ERR_LEDGER' });
      }
    }
  });

  test('another process that lives keeps its lock', async () => {
    const path = newPath();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log()'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: child.pid, start: null, token: 'x' }));
    await expect(acquireLock(path)).rejects.toThrow(`process ${child.pid} is using it`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await acquireLock(path)).release();
  });
});

describe('left behind', () => {
  test('by a process that is gone', async () => {
    const path = newPath();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: await deadPid(), start: null, token: 'x' }));
    const lock = await acquireLock(path);
    expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  test('by an earlier process with our own number', async () => {
    const path = newPath();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.pid, start: null, token: 'x' }));
    await (await acquireLock(path)).release();
  });

  test.skipIf(process.platform !== 'linux')('by a process whose number another one has now', async () => {
    const path = newPath();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.ppid, start: 'long ago', token: 'x' }));
    await (await acquireLock(path)).release();
  });

  test.each(['', '{"pid":', '{"pid":-1,"start":null,"token":"x"}', '[]', '{"pid":1}'])(
    'by nobody that can be told: %s',
    async (content) => {
      const path = newPath();
      writeFileSync(`${path}.lock`, content);
      await (await acquireLock(path)).release();
    },
  );
});

test('a guard left behind by a process that was killed holds nobody up', async () => {
  const path = newPath();
  writeFileSync(`${path}.lock`, JSON.stringify({ pid: await deadPid(), start: null, token: 'x' }));
  writeFileSync(`${path}.lock.guard`, '');
  utimesSync(`${path}.lock.guard`, 1, 1);
  await (await acquireLock(path)).release();
  expect(existsSync(`${path}.lock.guard`)).toBe(false);
});

test('a lock that cannot be made is an error that names it', async () => {
  const path = newPath();
  mkdirSync(`${path}.lock`);
  await expect(acquireLock(path)).rejects.toMatchObject({
    code: 'ERR_LEDGER',
    message: expect.stringContaining(`${path}.lock`),
  });
});
