/**
 * Proves that `millrace bench` refuses what it cannot do before it measures anything, prints and writes the same results in each form,
 * and exits 1 for a critical loss and for nothing less; with a suite that takes as long as it is told. One test runs the whole program
 * in a process of its own and validates its JSON.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

import { main } from '../../../src/cli/main.js';
import type { BenchOptions } from '../../../src/harness/bench/options.js';
import { benchSuites } from '../../../src/harness/bench/run-bench.js';
import { PROGRAM } from '../../../src/harness/mock-process.js';
import { fakeSuite, type FakeOptions } from '../../harness/bench/fake-suite.js';
import { Scratch } from '../../support/scratch.js';
import { Capture, createFake, type FakeOptions as ContextOptions } from '../fake-context.js';

const scratch = new Scratch();
const baselines = scratch.path('baselines');

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What was asked to be measured; undefined when nothing was. */
  readonly asked: BenchOptions | undefined;
}

async function run(args: readonly string[], times: FakeOptions = {}, context: ContextOptions = {}): Promise<Ran> {
  let asked: BenchOptions | undefined;
  const { suite, clock } = fakeSuite(times);
  const fake = createFake({
    ...context,
    bench: (options) => {
      asked = options;
      return benchSuites([suite], { documents: 100, clock, ...options });
    },
  });
  const code = await main(['bench', ...args], fake.context);
  return { code, out: fake.stdout.text, err: fake.stderr.text, asked };
}

/** Milliseconds with a little noise. */
const about = (ms: number) => (round: number) => ms * (1 + 0.004 * Math.sin(7 * round));

describe('millrace bench', () => {
  it('hands its options over and prints a table', async () => {
    const { code, out, asked } = await run(
      [
        '--suites',
        'kernel, jobs',
        '--rounds',
        '2',
        '--seconds',
        '9.5',
        '--seed',
        '3',
        '--workers',
        '2',
        '--bytes',
        '2k',
      ],
      { subjectMs: () => 10, baselineMs: () => 50 },
    );
    expect(code).toBe(0);
    expect(asked).toMatchObject({
      inputs: [],
      suites: ['kernel', 'jobs'],
      rounds: 2,
      seconds: 9.5,
      seed: 3,
      bytes: 2048,
    });
    expect(out).toMatch(/^100 distinct documents of .* \(generated\), 2 workers, /);
    expect(out).toMatch(
      /\nA fake\n {2}subject {3}600k docs\/min .* 5\.00 × {2}baseline\n {2}baseline {2}120k docs\/min /,
    );
  });

  it('writes JSON and a page, or JSON to stdout in place of the table', async () => {
    const [json, html] = [scratch.path('bench.json'), scratch.path('bench.html')];
    const first = await run(['--json', json, '--html', html]);
    expect(first.code).toBe(0);
    const written = readFileSync(json, 'utf8');
    expect(JSON.parse(written)).toMatchObject({ schema: 1, command: 'bench', suites: [{ name: 'kernel' }] });
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>[^]*subject[^]*Memory over time[^]*<\/html>\s*$/i);
    const second = await run(['--json', '-']);
    const [{ cases }] = JSON.parse(written).suites;
    expect(JSON.parse(second.out)).toMatchObject({ schema: 1, suites: [{ cases }] });
  });

  it('shows what it is at on a terminal, and not with --quiet', async () => {
    const shown = await run(['--rounds', '1'], {}, { stderr: new Capture(true) });
    expect(shown.err).toContain('1 of 1  kernel  round 1 of 1  subject');
    expect(shown.err.trimEnd().endsWith('\x1b[K')).toBe(true);
    expect((await run(['--quiet'], {}, { stderr: new Capture(true) })).err).toBe('');
  });

  it('exits 1 for a slowdown of 30 %, and 0 for one of 1 %', async () => {
    const dir = ['--baselines', baselines, '--workers', '2'];
    expect((await run(['--baseline', 'before', ...dir], { subjectMs: about(10) })).code).toBe(0);
    const slower = await run(['--compare', 'before', ...dir], { subjectMs: about(13) });
    expect(slower.code).toBe(1);
    expect(slower.out).toMatch(/\nBeside before\n {2}kernel\/subject .* 0\.7[67]\d × \(.*\) {2}critical loss\n/);
    const same = await run(['--compare', 'before', ...dir], { subjectMs: about(10.1) });
    expect(same.code).toBe(0);
    expect(same.out).not.toContain('loss');
  });
});

describe('before it measures anything, it refuses', () => {
  it.each([
    [['--suites', 'kernal'], 2, /--suites must name suites of .*, got "kernal"; the nearest is kernel/],
    [['--rounds', '0'], 2, /--rounds must be an integer from 1 to 1000, got 0/],
    [['--html', '-'], 2, /--html must be the path of a file, got -/],
    [['--json', 'x', '--html', './x'], 2, /--json and --html must be files of their own, got .*x twice/],
    [['a.jsonl', '--json', 'a.jsonl'], 2, /--json and --html must be files of their own, got .*a\.jsonl twice/],
    [['--json', '/no/such/folder/x.json'], 1, /output \/no\/such\/folder\/x\.json cannot be written/],
    [['--html', '/no/such/folder/x.html'], 1, /output \/no\/such\/folder\/x\.html cannot be written/],
    [['--baseline', '../x'], 2, /--baseline must be 1 to 64 letters/],
    [['--suite', 'kernel'], 2, /unknown option '--suite'/],
  ])('%j', async (args, code, message) => {
    const refused = await run(args);
    expect(refused.err).toMatch(message);
    expect(refused).toMatchObject({ code, out: '', asked: undefined });
  });

  it.each([
    [
      ['--compare', 'missing', '--baselines', scratch.path('none')],
      1,
      /missing\.json: cannot be read: .*; there is none \(ERR_BASELINE\)/,
    ],
    [['/no/such/input.jsonl'], 2, /input \/no\/such\/input\.jsonl/],
    [[scratch.write('empty.jsonl', '')], 2, /the inputs hold no document to measure with/],
    [[scratch.write('bad.jsonl', '{"text":1}\n')], 2, /no document to measure with; rows without a text in "text": 1/],
  ])('%j, by its library', async (args, code, message) => {
    const refused = await run(args);
    expect(refused).toMatchObject({ code, out: '' });
    expect(refused.err).toMatch(message);
  });
});

describe('the whole program', () => {
  const number = { type: 'number', exclusiveMinimum: 0 };
  const spread = {
    type: 'object',
    required: ['value', 'low', 'high'],
    properties: { value: number, low: number, high: number },
    additionalProperties: false,
  };
  const ratio = {
    type: 'object',
    required: ['baseline', 'ratio'],
    properties: { baseline: { type: 'string' }, ratio: spread },
  };
  const aCase = {
    type: 'object',
    required: ['name', 'role', 'unit', 'documentBytes', 'workers', 'value', 'rounds', 'ratios', 'note'],
    properties: {
      role: { enum: ['subject', 'baseline'] },
      unit: { enum: ['docs/min', 'ops/s', 'bytes'] },
      value: spread,
      rounds: { type: 'array', minItems: 1, items: number },
      ratios: { type: 'array', items: ratio },
    },
  };
  const memoryPoint = {
    type: 'object',
    required: ['seconds', 'rssBytes', 'heapUsedBytes'],
    properties: { seconds: number, rssBytes: number, heapUsedBytes: number },
  };
  const suite = {
    type: 'object',
    required: ['name', 'title', 'startSeconds', 'seconds', 'cases', 'latencies', 'memory', 'processMemory'],
    properties: {
      name: { const: 'kernel' },
      cases: { type: 'array', minItems: 3, items: aCase },
      memory: { type: 'array', minItems: 1, maxItems: 64, items: memoryPoint },
      processMemory: { type: 'array', maxItems: 0 },
    },
  };
  const schema = {
    type: 'object',
    required: [
      'schema',
      'command',
      'startedAt',
      'seconds',
      'machine',
      'workers',
      'documents',
      'suites',
      'notes',
      'comparison',
    ],
    properties: {
      startedAt: { type: 'string' },
      workers: number,
      notes: { type: 'array', items: { type: 'string' } },
      schema: { const: 1 },
      command: { const: 'bench' },
      seconds: number,
      machine: { type: 'object', required: ['cpu', 'cores', 'memoryBytes', 'platform', 'node', 'millrace'] },
      documents: { type: 'object', required: ['source', 'count', 'bytes', 'seed'] },
      suites: { type: 'array', minItems: 1, maxItems: 1, items: suite },
      comparison: { type: 'null' },
    },
    additionalProperties: false,
  };

  it('measures a suite in two seconds, and writes valid JSON', async () => {
    const json = scratch.path('end-to-end.json');
    const args = [PROGRAM, 'bench', '--suites', 'kernel', '--seconds', '2', '--json', json];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toContain('counts and entropy');
    const validate = new Ajv().compile(schema);
    expect(validate(JSON.parse(readFileSync(json, 'utf8'))), JSON.stringify(validate.errors)).toBe(true);
  });
});
