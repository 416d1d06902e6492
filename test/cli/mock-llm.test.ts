/** Proves that `millrace mock-llm` serves as told until it is interrupted, says then what it was asked for, and refuses bad usage. */
import { request } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.js';
import { createFake } from './fake-context.js';

describe('millrace mock-llm', () => {
  it('serves until it is interrupted', async () => {
    const fake = createFake();
    const ended = main(['mock-llm', '--latency-ms', '0', '--fail', '500=1', '--seed', '3'], fake.context);
    while (fake.stdout.text === '') await new Promise(setImmediate);
    const url = fake.stdout.text.trim();
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'text' }] });
    const { statusCode } = await request(`${url}/v1/chat/completions`, { method: 'POST', body });
    expect(statusCode).toBe(500);
    fake.signals.emit('SIGINT');
    expect(await ended).toBe(0);
    expect(fake.stderr.text).toBe('1 calls (500 1); at most 1 at once; 0 tokens in, 0 out\n');
    await expect(request(`${url}/__mock/stats`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends with its stdin where it is told to, and otherwise not', async () => {
    const other = createFake();
    const serving = main(['mock-llm'], other.context); // whose stdin has ended before it began
    const fake = createFake();
    expect(await main(['mock-llm', '--until-eof'], fake.context)).toBe(0);
    expect(fake.stderr.text).toContain('0 calls');
    await vi.waitFor(() => expect(other.stdout.text).not.toBe(''));
    expect(other.stderr.text).toBe('');
    other.signals.emit('SIGINT');
    expect(await serving).toBe(0);
  });

  it.each([
    [['--fail', '600=0.1'], '--fail must be one of 429, 429-retry, 500, 503, slow, malformed, reset, hang, got "600"'],
    [['--fail', '500=x'], '--fail 500 must be a number >= 0, got "x"'],
    [['--fail', '500=0.6,reset=0.6'], 'mock.faults must sum to 1 at most, got 1.2'],
    [['--latency-ms', '-1'], '--latency-ms must be a number >= 0, got "-1"'],
    [['--latency-sigma', '9'], 'mock.latencySigma must be a number from 0 to 4, got 9'],
    [['--port', '70000'], '--port must be an integer from 0 to 65535, got 70000'],
  ])('refuses %j', async (args, message) => {
    const fake = createFake();
    expect(await main(['mock-llm', ...args], fake.context)).toBe(2);
    expect(fake.stderr.text).toContain(message);
  });

  it('says which port is taken', async () => {
    const fake = createFake();
    const ended = main(['mock-llm'], fake.context);
    while (fake.stdout.text === '') await new Promise(setImmediate);
    const port = new URL(fake.stdout.text.trim()).port;
    const second = createFake();
    expect(await main(['mock-llm', '--port', port], second.context)).toBe(2);
    expect(second.stderr.text).toMatch(new RegExp(`mock\\.port must be a free one, got ${port}: .*EADDRINUSE`));
    fake.signals.emit('SIGTERM');
    expect(await ended).toBe(0);
  });
});
