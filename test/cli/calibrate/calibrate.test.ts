/**
 * Proves what `millrace calibrate` prints and writes, and with which code it ends. Most runs are real ones over a few documents;
 * where the answer of the engine matters, it is a function of the test.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { parseConfig } from '../../../src/cli/score/config.js';
import { MillraceError } from '../../../src/core/errors.js';
import { calibrate } from '../../../src/engine/calibrate/calibrate.js';
import type { Calibration } from '../../../src/engine/calibrate/calibration.js';
import type { CalibrateOptions } from '../../../src/engine/calibrate/options.js';
import { Scratch } from '../../support/scratch.js';
import { Capture, createFake, type Fake } from '../fake-context.js';

const scratch = new Scratch();
const CORPUS = fileURLToPath(new URL('../../../examples/corpus', import.meta.url));

let measured: Calibration;
beforeAll(async () => {
  measured = await calibrate({ inputs: [CORPUS], workers: 1 });
});

interface Run extends Fake {
  readonly code: number;
  readonly asked: CalibrateOptions[];
}

async function run(argv: readonly string[], answer: Partial<Calibration> = {}, stdout = new Capture()): Promise<Run> {
  const asked: CalibrateOptions[] = [];
  const fake = createFake({
    stdout,
    calibrate: (options) => {
      asked.push(options);
      return Promise.resolve({ ...measured, ...answer });
    },
  });
  return { ...fake, code: await main(['calibrate', ...argv], fake.context), asked };
}

describe('the tables', () => {
  it('have a line for each number, each threshold and each gate', async () => {
    const { code, stdout, stderr } = await run(['x']);
    expect([code, stderr.text]).toEqual([0, '']);
    for (const name of Object.keys(measured.fields)) {
      expect([name, new RegExp(`^${name} `, 'm').test(stdout.text)]).toEqual([name, !name.startsWith('filters.')]);
    }
    expect(stdout.text).toMatch(/^77 documents\n/);
    expect(stdout.text).toMatch(/^ {2}minWords +50 +p25 +24\.7 % /m);
    expect(stdout.text).toMatch(/^ {2}maxWords +100,000 +p100 +never drops /m);
    expect(stdout.text).toMatch(/^ {2}documentation\.overall >= \S+ {3}keeps 9\d\.\d %$/m);
    // eslint-disable-next-line no-control-regex
    expect(stdout.text).not.toMatch(/\x1b/);
    const widths = stdout.text.split('\n').map((line) => [...line].length);
    const tables = widths.slice(0, 30);
    expect(Math.max(...tables)).toBeLessThanOrEqual(120);
  });

  it('have the statistics as well with --all', async () => {
    const { stdout } = await run(['x', '--all']);
    expect(stdout.text).toMatch(/^filters\.gopher_quality\.stats +min/m);
    expect(stdout.text).toMatch(/^hash_ratio +0 /m);
  });

  it('fit a terminal of 80 columns, in bold', async () => {
    const { stdout } = await run(['x'], {}, new Capture(true, 80));
    // eslint-disable-next-line no-control-regex
    const lines = stdout.text.replace(/\x1b\[\d+m/g, '').split('\n');
    const rows = lines.slice(2, 2 + 25);
    expect(Math.max(...rows.map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(stdout.text).toContain('\x1b[1m');
  });

  it('say that they rest on a sample', async () => {
    const { stdout } = await run(['x'], {
      documents: 1_234_567,
      sample: { documents: 100_000, isComplete: false, seed: 1 },
    });
    expect(stdout.text).toContain(
      '1,234,567 documents; quantiles and proposals from a sample of 100,000 of them:\n' +
        'a share of 90.0 % has a standard error of 0.095 points\n',
    );
  });
});

describe('--field', () => {
  it('shows numbers at length, and nothing else', async () => {
    const { code, stdout } = await run(['x', '--field', 'words', '--field', 'coherence']);
    expect(code).toBe(0);
    expect(stdout.text).toMatch(/^words {2}77 values, 0 null\nmin 0, mean [\d.]+, max \d+\np1 0 {2}p5 1 /m);
    expect(stdout.text).toMatch(/^coherence {2}55 values, 22 null$/m);
    expect(stdout.text.match(/│/g)?.length).toBeGreaterThanOrEqual(40);
    expect(stdout.text).not.toContain('gopher');
  });

  it('names what is near to a misspelt one', async () => {
    const { code, stderr, asked } = await run(['x', '--field', 'entropy.chars']);
    expect([code, asked]).toEqual([2, []]);
    expect(stderr.text).toMatch(/^millrace: --field must be a number of the report such as entropy\.char, /);
  });
});

describe('options', () => {
  it('become those of the engine', async () => {
    const config = scratch.write('c.json', '{"asOf": 2020, "filters": {"c4_quality": {"minSentences": 2}}}');
    const { asked } = await run(['x', 'y', '--keep', '80%', '--sample', '5000', '--config', config, '--workers', '3']);
    const [{ signal, ...options }] = asked as [CalibrateOptions];
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(options).toMatchObject({ inputs: ['x', 'y'], keep: 0.8, sampleMax: 5000, asOf: 2020, workers: 3 });
    expect(options.filters?.c4_quality?.minSentences).toBe(2);
  });

  it.each([
    [['--keep', '0'], /--keep must be a share between 0 and 1, such as 0\.9 or 90%, got "0"/],
    [['--keep', '100%'], /--keep /],
    [['--keep', 'most'], /--keep /],
    [['--sample', '10'], /--sample must be an integer from 1000 to 1000000, got 10/],
    [['--write', '-'], /--write must be the path of a file, got -/],
    [['-o', 'x'], /must be files of their own/],
    [['-o', 'z.json', '--write', './z.json'], /must be files of their own/],
  ])('%j are bad usage', async (argv, message) => {
    const { code, stderr, asked } = await run(['x', ...argv]);
    expect([code, asked]).toEqual([2, []]);
    expect(stderr.text).toMatch(message);
  });
});

describe('files', () => {
  it('take the thresholds, for --config, and everything as JSON', async () => {
    const [gates, output] = [scratch.fresh('.json'), scratch.fresh('.json')];
    const config = scratch.write('d.json', '{"asOf": 2020, "weights": {"clarity": 1}}');
    const { code, asked } = await run(['x', '--write', gates, '-o', output, '--config', config]);
    expect(code).toBe(0);
    expect(asked[0]?.exclude).toEqual([output, gates]);
    const { asOf, filters } = parseConfig(readFileSync(gates, 'utf8'));
    expect([asOf, filters]).toEqual([2020, measured.proposals.together.filters]);
    expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual(JSON.parse(JSON.stringify(measured)));
  });

  it('-o - prints the JSON in place of the tables', async () => {
    const { stdout } = await run(['x', '-o', '-']);
    expect(JSON.parse(stdout.text)).toMatchObject({ schema: 1, documents: 77 });
  });

  it('are looked at before any work', async () => {
    const { code, asked } = await run(['x', '--write', scratch.path('no/such.json')]);
    expect([code, asked]).toEqual([1, []]);
  });
});

describe('the end', () => {
  it('shows the first dead letters and their number: 3', async () => {
    const input = scratch.fresh('.jsonl');
    writeFileSync(input, `{"text":"Salt keeps."}\n${'no JSON\n'.repeat(7)}`);
    const fake = createFake({ calibrate });
    expect(await main(['calibrate', input], fake.context)).toBe(3);
    expect(fake.stderr.text.match(/"code":"ERR_ROW_JSON"/g)?.length).toBe(5);
    expect(fake.stderr.text).toMatch(/\nand 2 more dead letters; /);
    expect(fake.stdout.text).toMatch(/^1 documents?\n/);
  });

  it('without a document is a failure that says so: 1', async () => {
    const { code, stderr, stdout } = await run(['x'], { documents: 0 });
    expect([code, stdout.text]).toEqual([1, '']);
    expect(stderr.text).toMatch(/^millrace: there is nothing to measure: /);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('by %s is %d', async (name, expected) => {
    const fake = createFake({
      calibrate: ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new MillraceError('ERR_ABORTED', 'aborted')));
          setImmediate(() => fake.signals.emit(name));
        }),
    });
    expect(await main(['calibrate', 'x'], fake.context)).toBe(expected);
    expect(fake.stderr.text).toBe('millrace: interrupted\n');
  });

  it('draws a progress line on a terminal, and takes it away', async () => {
    const fake = createFake({
      stderr: new Capture(true, 100),
      calibrate: ({ onProgress }) => {
        onProgress?.({ documents: 5, rejected: 0, failed: 0, bytes: 9, inputBytes: 1, inputBytesTotal: 2, seconds: 1 });
        return Promise.resolve(measured);
      },
    });
    expect(await main(['calibrate', 'x'], fake.context)).toBe(0);
    expect(fake.stderr.text).toMatch(/5 documents.*50 %/);
    expect(fake.stderr.text.endsWith('\r\x1b[K')).toBe(true);
  });
});
