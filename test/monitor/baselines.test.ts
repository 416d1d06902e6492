/**
 * Proves that a baseline comes back as it was saved and that nothing else is taken for one: every way to damage a file, every change
 * of a field's type, and names that would lead out of the directory are refused. And that a comparison says of each measure what
 * became of it.
 */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBaseline } from '../../src/monitor/baseline-file.js';
import { Baselines, compareWith, measuresOf, type Measured } from '../../src/monitor/baselines.js';
import { MillraceError } from '../../src/core/errors.js';
import { FAKE_MACHINE } from '../support/fake-machine.js';
import { ManualClock } from '../support/manual-clock.js';

const MEASURES: readonly Measured[] = [
  { name: 'score/library', unit: 'ops/s', better: 'higher', values: [100, 101, 99, 102, 98, 100, 101] },
  { name: 'start-up', unit: 'ms', better: 'lower', values: [200, 201, 199, 202, 198, 200, 201] },
];

const slower = (factor: number): Measured[] =>
  MEASURES.map(({ values, better, ...measure }) => {
    const times = better === 'lower' ? factor : 1 / factor;
    return { ...measure, better, values: values.map((value) => value * times) };
  });

let dir: string;
let baselines: Baselines;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-baselines-'));
  baselines = new Baselines(join(dir, 'made'), { clock: new ManualClock(), machine: () => FAKE_MACHINE });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('Baselines', () => {
  it('loads what it saved, lists it, and replaces it', async () => {
    expect(await baselines.list()).toEqual([]);
    const saved = await baselines.save('main', MEASURES);
    expect(saved).toEqual({
      schema: 1,
      name: 'main',
      savedAt: '2023-11-14T22:13:20.000Z',
      machine: FAKE_MACHINE,
      measures: MEASURES,
    });
    expect(await baselines.load('main')).toEqual(saved);
    await baselines.save('a.before', MEASURES);
    await baselines.save('main', MEASURES.slice(1));
    expect((await baselines.load('main')).measures).toEqual(MEASURES.slice(1));
    expect(await baselines.list()).toEqual(['a.before', 'main']);
    expect(await readdir(join(dir, 'made'))).toEqual(['a.before.json', 'main.json']);
  });

  it.each(['', '.', '..', '../main', 'a/b', '.hidden', 'a b', 'x'.repeat(65), 'ä', 'a\n'])(
    'refuses the name %j',
    async (name) => {
      const refusal = expect.objectContaining({ code: 'ERR_OPTION_RANGE' });
      await expect(baselines.save(name, MEASURES)).rejects.toEqual(refusal);
      await expect(baselines.load(name)).rejects.toEqual(refusal);
      expect(await readdir(dir)).toEqual([]);
    },
  );

  it('refuses measures that nothing could be compared with', async () => {
    const [first] = MEASURES;
    for (const values of [[], [0], [-1], [Number.NaN], [Infinity]]) {
      await expect(baselines.save('main', [{ ...first!, values }])).rejects.toThrow('measures[0].values');
    }
    await expect(baselines.save('main', [first!, first!])).rejects.toThrow('got "score/library" twice');
    expect(await baselines.list()).toEqual([]);
  });

  it('names those that are there when one is not', async () => {
    await baselines.save('main', MEASURES);
    const error = await baselines.load('mian').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_BASELINE', message: expect.stringContaining('there is main') });
  });

  it('says so when it cannot write, and leaves nothing behind', async () => {
    await writeFile(join(dir, 'made'), 'a file in the way');
    await expect(baselines.save('main', MEASURES)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_OUTPUT_UNWRITABLE' }),
    );
    await rm(join(dir, 'made'));
    await mkdir(join(dir, 'made', 'main.json'), { recursive: true });
    await expect(baselines.save('main', MEASURES)).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_OUTPUT_UNWRITABLE' }),
    );
    expect(await readdir(join(dir, 'made'))).toEqual(['main.json']);
  });

  it('refuses a file that is cut off anywhere', async () => {
    await baselines.save('main', MEASURES);
    const path = join(dir, 'made', 'main.json');
    const whole = (await readFile(path, 'utf8')).trimEnd();
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole.slice(0, length));
      await expect(baselines.load('main')).rejects.toEqual(expect.objectContaining({ code: 'ERR_BASELINE' }));
    }
  });
});

describe('parseBaseline', () => {
  const whole = { schema: 1, name: 'main', savedAt: 'now', machine: FAKE_MACHINE, measures: MEASURES };
  const parse = (value: unknown): unknown =>
    parseBaseline(value, (reason) => new MillraceError('ERR_BASELINE', reason));

  it('takes any JSON for what it is', () => {
    expect(parse(whole)).toEqual(whole);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => parse(value)).toThrow(expect.objectContaining({ code: 'ERR_BASELINE' }));
      }),
    );
  });

  it('refuses every field of another type', () => {
    const paths = [
      ...['schema', 'name', 'savedAt', 'machine', 'measures'].map((name) => [name]),
      ...Object.keys(FAKE_MACHINE).map((name) => ['machine', name]),
      ...['name', 'unit', 'better', 'values'].map((name) => ['measures', '0', name]),
      ['measures', '1', 'values', '3'],
    ];
    for (const path of paths) {
      for (const wrong of [undefined, true, [{}], { a: 1 }, -1, '']) {
        const copy: unknown = structuredClone(whole);
        const last = path.slice(0, -1).reduce((at, name) => (at as Record<string, unknown>)[name], copy);
        (last as Record<string, unknown>)[path.at(-1)!] = wrong;
        expect(() => parse(copy), `${path.join('.')} as ${JSON.stringify(wrong)}`).toThrow(MillraceError);
      }
    }
    expect(() => parse({ ...whole, schema: 2 })).toThrow('schema must be 1, got 2');
  });
});

describe('a comparison', () => {
  it.each([
    [1, 'same', 'none'],
    [1.01, 'same', 'none'],
    [1.07, 'regression', 'minor'],
    [1.15, 'regression', 'major'],
    [1.3, 'regression', 'critical'],
    [0.7, 'improvement', 'none'],
  ])('of times that are %d times as long is %s, %s', async (factor, verdict, severity) => {
    await baselines.save('main', MEASURES);
    const { measures, isSameMachine, missing, added } = await baselines.compare('main', slower(factor));
    expect({ isSameMachine, missing, added }).toEqual({ isSameMachine: true, missing: [], added: [] });
    for (const measure of measures) {
      expect(measure).toMatchObject({ verdict, severity });
      expect(measure.ratio).toBeCloseTo(1 / factor, 9);
    }
    expect(measures.map(({ before, after }) => after / before)).toEqual([
      expect.closeTo(1 / factor, 9),
      expect.closeTo(factor, 9),
    ]);
  });

  it('says what came and went, and that speeds of another machine do not compare', async () => {
    const baseline = await baselines.save('main', MEASURES);
    const renamed = [{ ...MEASURES[0]!, name: 'score/files' }, MEASURES[1]!];
    const compared = compareWith(baseline, renamed, { ...FAKE_MACHINE, cores: 64 });
    expect(compared).toMatchObject({ isSameMachine: false, missing: ['score/library'], added: ['score/files'] });
    expect(compared.measures.map(({ name }) => name)).toEqual(['start-up']);
  });
});

describe('measuresOf', () => {
  it('takes the rates of the cases that did well', () => {
    const common = { ms: [1], bytesPerSecond: [], spread: null, against: [] };
    const cases = [
      { name: 'good', operationsPerSecond: [10, 11], error: null, ...common },
      { name: 'bad', operationsPerSecond: [], error: 'broke', ...common },
    ];
    const suites = [{ name: 's', cases, isCutShort: false, error: null }];
    expect(measuresOf({ schema: 1, startedAt: 'now', seconds: 1, machine: FAKE_MACHINE, suites })).toEqual([
      { name: 's/good', unit: 'ops/s', better: 'higher', values: [10, 11] },
    ]);
  });
});
