/**
 * Proves against a mock of a model that `millrace refine` can be killed and interrupted at any moment and goes
 * on to the bytes of a run that was not, that nothing is paid for twice, that `millrace verify` says so, and that keys are never shown.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { processContext } from '../../../src/cli/context.js';
import { main } from '../../../src/cli/main.js';
import type { MockServerOptions } from '../../../src/refine/mock/options.js';
import { createMockServer, type MockServer } from '../../../src/refine/mock/server.js';
import { startMillrace, type Run } from '../../support/millrace.js';
import { jsonLines, readRows, Scratch } from '../../support/scratch.js';
import { createFake } from '../fake-context.js';

const scratch = new Scratch();
const DOCUMENTS = 60;
const CONCURRENCY = 4;
const KEY = 'sk-the-right-key';

let input: string;
let expected: string;
const open: MockServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(options: MockServerOptions = {}): Promise<MockServer> {
  const server = await createMockServer({ latencyMs: 5, ...options });
  open.push(server);
  return server;
}

function argvOf(server: MockServer, output: string, more: readonly string[]): string[] {
  const model = ['--provider', 'openai', '--base-url', `${server.url}/v1`, '--model', 'm', '--price', 'm=1,4'];
  return ['refine', input, '-o', output, ...model, '--workers', '1', '--concurrency', `${CONCURRENCY}`, ...more];
}

/** Starts a process of its own, which can be killed. */
function start(server: MockServer, output: string, more: readonly string[]): Run {
  return startMillrace(argvOf(server, output, more), { cwd: scratch.folder, env: { OPENAI_API_KEY: KEY } });
}

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line with the engine that ships, in this process. */
async function run(argv: readonly string[], key = KEY): Promise<Said> {
  const { refineFiles, estimateRefineFiles, verifyRefineRun, inspectRun } = processContext();
  const engine = { refineFiles, estimateRefineFiles, verifyRefineRun, inspectRun };
  const { context, stdout, stderr } = createFake({ ...engine, env: { OPENAI_API_KEY: key } });
  return { code: await main(argv, context), stdout: stdout.text, stderr: stderr.text };
}

function refine(server: MockServer, output: string, more: readonly string[] = [], key = KEY): Promise<Said> {
  return run(argvOf(server, output, more), key);
}

function verify(dir: string): Promise<Said> {
  return run(['verify', dir]);
}

/** Waits until the server was asked so often. */
async function untilCalls(server: MockServer, calls: number): Promise<void> {
  while (server.stats().calls < calls) await new Promise((resolve) => setTimeout(resolve, 1));
}

function summaryOf(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

beforeAll(async () => {
  const rows = Array.from({ length: DOCUMENTS }, (_, id) => ({
    id,
    text: `number ${id} is about some thing that is not explained and then there are more words about it again`,
  }));
  input = scratch.write('in.jsonl', jsonLines(rows));
  const output = scratch.path('expected.jsonl');
  expect((await refine(await serve(), output)).code).toBe(0);
  expected = readFileSync(output, 'utf8');
  expect(readRows(output)).toHaveLength(DOCUMENTS);
});

describe('a run', () => {
  it('writes each document once, in order, better than it was, and tells what that took', async () => {
    const [server, output, summary] = [await serve(), scratch.fresh('.jsonl'), scratch.fresh('.json')];
    const { code, stdout, stderr } = await refine(server, output, ['--summary', summary]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^documents +60\n/);
    expect(stderr).not.toContain('\x1b');
    const rows = readRows(output);
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: DOCUMENTS }, (_, id) => id));
    const { calls, inputTokens, outputTokens } = server.stats();
    expect(summaryOf(summary)).toMatchObject({
      ...{ schema: 1, command: 'refine', documents: DOCUMENTS, failed: 0, accepted: DOCUMENTS, calls },
      usage: { inputTokens, outputTokens },
      usd: expect.closeTo((inputTokens + 4 * outputTokens) / 1e6, 9),
    });
  });

  it('makes no call for answers that are in the cache', async () => {
    const [server, cache] = [await serve(), scratch.fresh('.cache')];
    expect((await refine(server, scratch.fresh('.jsonl'), ['--cache', cache])).code).toBe(0);
    const before = server.stats().calls;
    const [output, summary] = [scratch.fresh('.jsonl'), scratch.fresh('.json')];
    expect((await refine(server, output, ['--cache', cache, '--summary', summary])).code).toBe(0);
    expect(server.stats().calls).toBe(before);
    expect(summaryOf(summary)).toMatchObject({ calls: 0, usd: 0, shared: before, cache: { miss: 0, hitRatio: 1 } });
    expect(readRows(output).map(({ text }) => text)).toEqual(
      readRows(scratch.path('expected.jsonl')).map(({ text }) => text),
    );
  });

  it('is estimated without a call and without a key', async () => {
    const server = await serve();
    const { code, stdout, stderr } = await refine(server, scratch.fresh('.jsonl'), ['--estimate', '--budget', '1'], '');
    expect([code, stderr, server.stats().calls]).toEqual([0, '', 0]);
    expect(stdout).toMatch(/^documents +60, all of them scored\nto be sent +60\nmodel +m\ncalls +60 to 420\n/);
    expect(stdout).toMatch(/^budget +\$1\.00 suffices$/m);
  });

  it('keeps to its budget by the books of the server', async () => {
    const [server, output] = [await serve(), scratch.fresh('.jsonl')];
    const { code, stderr } = await refine(server, output, ['--budget', '0.01']);
    expect(code).toBe(0);
    const { inputTokens, outputTokens } = server.stats();
    expect((inputTokens + 4 * outputTokens) / 1e6).toBeLessThanOrEqual(0.01);
    expect(stderr).toMatch(/^stopped by .*budget \d+/m);
    expect(readRows(output)).toHaveLength(DOCUMENTS);
  });

  it('asks the next provider when the first is out of service', async () => {
    const [broken, sound] = [await serve({ faults: { 500: 1 } }), await serve()];
    const output = scratch.fresh('.jsonl');
    const fallback = ['--fallback', `provider=openai,baseUrl=${sound.url}/v1,model=m`, '--retries', '0'];
    const { code, stderr } = await refine(broken, output, fallback);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^documents +60\n/)]);
    expect(readRows(output).map(({ text }) => text)).toEqual(
      readRows(scratch.path('expected.jsonl')).map(({ text }) => text),
    );
    expect(sound.stats().calls).toBeGreaterThanOrEqual(DOCUMENTS);
  });
});

describe('what ends a run at once', () => {
  it.each<[string, MockServerOptions, string]>([
    ['a key that is refused', { key: 'sk-another' }, 'ERR_PROVIDER_AUTH'],
    ['a quota that is used up', { quotaCalls: 3 }, 'ERR_PROVIDER_QUOTA'],
    ['a model that is not known', { model: 'other' }, 'ERR_PROVIDER_NOT_FOUND'],
  ])('is %s: one line, without the key', async (_, options, code) => {
    const outcome = await refine(await serve(options), scratch.fresh('.jsonl'));
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(new RegExp(`^millrace: .* \\(${code}\\)\\n$`));
    expect(outcome.stderr).not.toContain(KEY);
  });
});

describe('a run that is recorded', () => {
  it('goes on after kills, to the same bytes, and pays for nothing twice', async () => {
    const [server, output, run] = [await serve(), scratch.fresh('.jsonl'), scratch.fresh('.run')];
    const kills = 3;
    for (let kill = 1; kill <= kills; kill++) {
      const { child, finished } = start(server, output, ['--run', run]);
      await untilCalls(server, 15 * kill);
      child.kill('SIGKILL');
      expect((await finished).signal).toBe('SIGKILL');
    }
    expect((await verify(run)).code).toBe(1);
    expect((await refine(server, output, ['--run', run])).code).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(expected);
    const calls = readRows(output).reduce((sum, row) => sum + Number(row['calls']), 0);
    expect(server.stats().calls).toBeLessThanOrEqual(calls + kills * CONCURRENCY);

    const proof = await verify(run);
    expect([proof.code, proof.stderr]).toEqual([0, '']);
    expect(proof.stdout).toMatch(
      /^60 documents: 60 rows and 0 dead letters, each once and in order; \d+ calls, none answered twice; \$0\.\d+\n$/,
    );
  });

  it('does nothing when it is complete, and is refused with other options', async () => {
    const [server, output, run] = [await serve(), scratch.fresh('.jsonl'), scratch.fresh('.run')];
    expect((await refine(server, output, ['--run', run])).code).toBe(0);
    const before = server.stats().calls;
    const again = await refine(server, output, ['--run', run]);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('the run was complete: nothing was done')]);
    const other = await refine(server, output, ['--run', run, '--iterations', '2']);
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/^millrace: .*iterations: was 7, now 2\n$/)]);
    expect(server.stats().calls).toBe(before);
  });

  it('ends when it is interrupted, with what was answered, and goes on', async () => {
    const [server, output, run] = [await serve({ latencyMs: 100 }), scratch.fresh('.jsonl'), scratch.fresh('.run')];
    const { child, finished } = start(server, output, ['--run', run]);
    await untilCalls(server, 6);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /^millrace: finishing .*; interrupt again to stop at once\nmillrace: interrupted; the same command goes on where it was \(--run .*\)\n$/,
    );
    const { calls, outcomes } = server.stats();
    expect(outcomes).toEqual({ 'ok:improve': calls });
    expect((await refine(server, output, ['--run', run])).code).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(expected);
    expect(server.stats().calls).toBe(readRows(output).reduce((sum, row) => sum + Number(row['calls']), 0));
  });

  it('is found out by verify when its output was changed', async () => {
    const [server, output, run] = [await serve(), scratch.fresh('.jsonl'), scratch.fresh('.run')];
    expect((await refine(server, output, ['--run', run])).code).toBe(0);
    const lines = readFileSync(output, 'utf8').split('\n');
    writeFileSync(output, [...lines.slice(1, 2), ...lines.slice(0, 1), ...lines.slice(2)].join('\n'));
    const swapped = await verify(run);
    expect([swapped.code, swapped.stdout]).toEqual([1, expect.stringMatching(/^output: the 60 lines .*\n$/)]);
    writeFileSync(output, lines.slice(1).join('\n'));
    expect((await verify(run)).stdout).toBe('output: 60 lines were written, there are 59\n');
  });

  it('tries its dead letters again when it is told to', async () => {
    const [output, run] = [scratch.fresh('.jsonl'), scratch.fresh('.run')];
    const faulty = await serve({ faults: { malformed: 0.5 } });
    const first = await refine(faulty, output, [
      '--run',
      run,
      '--retries',
      '0',
      '--config',
      scratch.write('c.json', '{"breaker": {"callsMin": 100000}}'),
    ]);
    expect(first.code).toBe(3);
    const failed = readRows(`${output}.failed.jsonl`);
    expect(failed.length).toBeGreaterThan(0);
    const { port } = faulty;
    await open.pop()?.close();
    const sound = await serve({ port });
    const again = await refine(sound, output, ['--run', run, '--retry-failed']);
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/^dead letters +0$/m)]);
    expect(readRows(output).map(({ id }) => id)).toEqual(Array.from({ length: DOCUMENTS }, (_, id) => id));
    expect((await verify(run)).code).toBe(0);
  });
});
