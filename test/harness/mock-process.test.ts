/**
 * Proves that the mock of a model in a process of its own serves at its address, also after it was ended and started anew, says why it
 * did not start, and outlives nobody: not who closes it, and not a process that is killed, which runs nothing any more.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';

import { MockProcess } from '../../src/harness/mock-process.js';

const HOLDER = fileURLToPath(new URL('holds-a-mock.mjs', import.meta.url));
const signal = new AbortController().signal;

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

it('answers, also after a restart, and is gone once it is closed', async () => {
  const mock = await MockProcess.start([], signal);
  const first = mock.pid;
  await mock.restart();
  expect(isGone(first)).toBe(true);
  const answer = await fetch(`${mock.url}/__mock/stats`);
  expect(answer.status).toBe(200);
  await answer.text();
  await mock.close();
  await mock.close();
  expect(isGone(mock.pid)).toBe(true);
});

it('ends with the process that started it, also when that is killed', async () => {
  const holder = spawn(process.execPath, [HOLDER], { stdio: ['ignore', 'pipe', 'inherit'] });
  let pid = 0;
  for await (const line of createInterface({ input: holder.stdout })) {
    pid = Number(line);
    break;
  }
  expect(isGone(pid)).toBe(false);
  holder.kill('SIGKILL');
  await vi.waitFor(() => expect(isGone(pid)).toBe(true), { timeout: 10_000 });
});

it('says why it did not start', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(MockProcess.start(['--port', String(port)], signal)).rejects.toMatchObject({
    code: 'ERR_PROVIDER_UNAVAILABLE',
    message: expect.stringMatching(/did not start: .*EADDRINUSE/s),
  });
  taken.close();
});

it('is not started when that is given up', async () => {
  await expect(MockProcess.start([], AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  const controller = new AbortController();
  const starting = MockProcess.start([], controller.signal);
  controller.abort();
  await expect(starting).rejects.toMatchObject({ code: 'ERR_ABORTED' });
});
