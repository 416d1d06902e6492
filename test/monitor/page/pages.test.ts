/**
 * Proves that both pages are whole: read by a parser that is stricter than a browser, they are well-formed for any model, hold
 * no number that is none, load nothing and run nothing, say every text of the model as text whatever it contains, are the same
 * for the same model, and stay small however long the run was. Models are made up by fast-check, hostile strings among them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderBenchPage } from '../../../src/monitor/page/bench-page.js';
import type {
  BenchPage,
  LatencyDistribution,
  PageHistogram,
  RunPage,
  Spread,
  TimeSeries,
  Unit,
} from '../../../src/monitor/page/model.js';
import { renderRunPage } from '../../../src/monitor/page/run-page.js';
import { parsePage, type ParsedPage } from '../../support/parse-page.js';
import { BENCH_PAGE, RUN_PAGE } from './made-models.js';

const PAGE_BYTES_MAX = 300 * 1024;

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='x",
  '</svg></style><b>',
  '&amp;&#60;&nosuch',
  '\u0000\u0007\ud800 \u202etxt',
  '${x}<!--',
];
const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 300 }),
);

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -10, max: 1000 }),
  fc.constantFrom(0, -0, 1e-320, Number.MAX_VALUE, -Number.MAX_VALUE),
);
const UNITS: readonly Unit[] = [
  'count',
  'docs/min',
  'MB/s',
  'ops/s',
  'bytes',
  'ms',
  'us',
  'seconds',
  'share',
  'ratio',
  'usd',
  'tokens',
  'bytes/hour',
  'number',
];
const unit = fc.constantFrom(...UNITS);

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

const spread: fc.Arbitrary<Spread> = fc.record({ value: finite, low: optional(finite), high: optional(finite) });
const timeSeries: fc.Arbitrary<TimeSeries> = fc.record({
  label: text,
  points: fc.array(fc.record({ seconds: finite, value: fc.option(finite) }), { maxLength: 8 }),
});
const latency: fc.Arbitrary<LatencyDistribution> = fc.record({
  label: text,
  count: finite,
  percentiles: fc.array(fc.record({ percentile: fc.double({ min: 0, max: 100, noNaN: true }), ms: finite }), {
    maxLength: 6,
  }),
});
const histogram: fc.Arbitrary<PageHistogram> = fc.array(finite, { minLength: 1, maxLength: 8 }).chain((edges) =>
  fc.record({
    edges: fc.constant([...edges].sort((one, other) => one - other)),
    counts: fc.array(fc.nat(), { minLength: edges.length - 1, maxLength: edges.length - 1 }),
  }),
);
const process = fc.record({
  memory: optional(fc.array(timeSeries, { maxLength: 2 })),
  cpu: optional(fc.array(timeSeries, { maxLength: 2 })),
  eventLoopDelayMs: optional(fc.array(timeSeries, { maxLength: 2 })),
  openFiles: optional(fc.array(timeSeries, { maxLength: 2 })),
});
const base = {
  title: text,
  summary: optional(text),
  startedAt: optional(text),
  seconds: optional(finite),
  machine: optional(
    fc.record({
      cpu: fc.option(text),
      cores: fc.nat(),
      memoryBytes: fc.option(finite),
      platform: text,
      node: text,
      millrace: text,
      commit: optional(text),
    }),
  ),
  method: optional(fc.array(text, { maxLength: 2 })),
  headline: optional(
    fc.array(
      fc.record({
        label: text,
        value: fc.option(finite),
        unit,
        note: optional(text),
        trend: optional(fc.array(finite, { maxLength: 5 })),
      }),
      { maxLength: 3 },
    ),
  ),
  notes: optional(fc.array(text, { maxLength: 2 })),
};
const reference = optional(fc.record({ label: text, docsPerMinute: finite }));
const severity = fc.constantFrom('none' as const, 'minor' as const, 'major' as const, 'critical' as const);
const few = { maxLength: 3 };

const benchPage: fc.Arbitrary<BenchPage> = fc.record({
  ...base,
  reference,
  throughputBySize: optional(
    fc.array(
      fc.record({ label: text, points: fc.array(fc.record({ documentBytes: finite, docsPerMinute: spread }), few) }),
      few,
    ),
  ),
  throughputByWorkers: optional(
    fc.array(
      fc.record({ label: text, points: fc.array(fc.record({ workers: fc.nat(64), docsPerMinute: spread }), few) }),
      few,
    ),
  ),
  latencies: optional(fc.array(latency, few)),
  process: optional(process),
  processMemory: optional(fc.array(timeSeries, { maxLength: 2 })),
  cases: optional(
    fc.array(
      fc.record({
        suite: text,
        name: text,
        value: finite,
        unit,
        rounds: optional(fc.array(finite, { maxLength: 6 })),
        baselines: optional(fc.array(fc.record({ name: text, value: finite, ratio: spread }), few)),
        note: optional(text),
      }),
      few,
    ),
  ),
  comparison: optional(
    fc.record({
      baseline: text,
      savedAt: optional(text),
      isSameMachine: optional(fc.boolean()),
      measures: fc.array(
        fc.record({
          name: text,
          unit,
          before: finite,
          after: finite,
          ratio: spread,
          isSignificant: fc.boolean(),
          severity,
        }),
        few,
      ),
    }),
  ),
});

const place = {
  id: optional(fc.oneof(text, fc.integer())),
  source: text,
  line: optional(fc.nat()),
  bytes: optional(finite),
};
const runPage: fc.Arbitrary<RunPage> = fc.record({
  ...base,
  command: text,
  reference,
  settings: optional(fc.array(fc.record({ name: text, value: text }), few)),
  verdicts: optional(
    fc.array(
      fc.record({
        criterion: text,
        verdict: fc.constantFrom('met' as const, 'missed' as const, 'not measured' as const),
        required: text,
        measured: text,
        note: optional(text),
      }),
      few,
    ),
  ),
  outcomes: optional(
    fc.array(
      fc.record({
        label: text,
        documents: fc.nat(),
        kind: fc.constantFrom('good' as const, 'neutral' as const, 'bad' as const),
      }),
      few,
    ),
  ),
  throughput: optional(fc.array(timeSeries, few)),
  stages: optional(
    fc.array(
      fc.record({
        name: text,
        count: fc.nat(),
        utilization: fc.option(finite),
        failed: optional(fc.nat()),
        p50Ms: optional(finite),
      }),
      few,
    ),
  ),
  bottleneck: optional(fc.record({ stage: fc.option(text), severity, explanation: text, advice: fc.array(text, few) })),
  latencies: optional(fc.array(latency, few)),
  quality: optional(
    fc.array(
      histogram.chain((before) =>
        fc.record({
          measure: text,
          description: optional(text),
          before: fc.constant(before),
          after: optional(fc.constant(before)),
          isLogarithmic: optional(fc.boolean()),
          medianBefore: optional(finite),
          medianAfter: optional(finite),
        }),
      ),
      few,
    ),
  ),
  rejections: optional(fc.array(fc.record({ by: text, reason: text, documents: fc.nat() }), few)),
  cost: optional(
    fc.record({
      usd: fc.option(finite),
      calls: fc.nat(),
      budgetUsd: optional(finite),
      estimatedUsd: optional(fc.record({ low: finite, high: finite })),
      overTime: optional(timeSeries),
    }),
  ),
  slowest: optional(fc.array(fc.record({ ...place, ms: finite }), few)),
  worst: optional(
    fc.array(fc.record({ measure: text, documents: fc.array(fc.record({ ...place, value: finite }), few) }), few),
  ),
  process: optional(process),
});

const PLACES = ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'width', 'height'];

/** Everything a browser could trip over, or be made to do. */
function expectSound(page: string): ParsedPage {
  const parsed = parsePage(page);
  const faults = parsed.elements.flatMap(({ name, attributes }) => [
    ...(ALLOWED_ELEMENTS.has(name) ? [] : [name]),
    ...Object.entries(attributes).flatMap(([attribute, value]) =>
      isSound(attribute, value) ? [] : [`${name} ${attribute}="${value}"`],
    ),
  ]);
  expect(faults).toEqual([]);
  expect(parsed.style).not.toMatch(/url\(|@import|expression/);
  return parsed;
}

function isSound(attribute: string, value: string): boolean {
  if (!ALLOWED_ATTRIBUTES.has(attribute)) return false;
  if (PLACES.includes(attribute)) return value !== '' && Number.isFinite(Number(value));
  if (attribute === 'd') return /^([ML]-?[\d.]+ -?[\d.]+)*$/.test(value);
  return attribute !== 'href' || /^#[a-z-]+$/.test(value);
}

const ALLOWED_ELEMENTS = new Set(
  (
    'html head meta title style body a header h1 h2 h3 p nav ul li main section figure figcaption span div svg line ' +
    'rect circle path text details summary table caption thead tbody tr th td dl dt dd footer bdi strong small'
  ).split(' '),
);
const ALLOWED_ATTRIBUTES = new Set(
  `lang charset http-equiv content name class href id aria-label aria-labelledby role tabindex viewBox scope d ${PLACES.join(
    ' ',
  )}`.split(' '),
);

describe('a page', () => {
  it('is well-formed for any bench', () => {
    fc.assert(
      fc.property(benchPage, (model) => void expectSound(renderBenchPage(model))),
      { numRuns: 100 },
    );
  });

  it('is well-formed for any run', () => {
    fc.assert(
      fc.property(runPage, (model) => void expectSound(renderRunPage(model))),
      { numRuns: 100 },
    );
  });

  it.each(HOSTILE.slice(0, 5))('shows %s as text', (id) => {
    const worst = [{ measure: id, documents: [{ id, source: id, value: 0 }] }];
    const { text: shown } = expectSound(
      renderRunPage({ command: id, title: id, worst, rejections: [{ by: id, reason: id, documents: 1 }] }),
    );
    expect(shown.split(id).length - 1).toBeGreaterThanOrEqual(6);
  });

  it('leaves room for the names before a chart, and shortens those that would leave the drawing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 6 }), (lengths) => {
        const names = lengths.map((length) => 'n'.repeat(length));
        const rejections = names.map((reason) => ({ by: 'f', reason, documents: 1 }));
        const baselines = names.map((name) => ({ name, value: 1, ratio: { value: 2 } }));
        const bars = renderRunPage({ command: 'score', title: 't', rejections });
        const intervals = renderBenchPage({
          title: 't',
          cases: [{ suite: 's', name: 'c', value: 1, unit: 'ops/s', baselines }],
        });
        for (const [page, shownMax] of [
          [bars, 49],
          [intervals, 55],
        ] as const) {
          const drawn = [...page.matchAll(/<text class="label end" x="([\d.]+)"[^>]*>([^<]*)/g)];
          expect(drawn).toHaveLength(names.length);
          for (const [, end, name = ''] of drawn) {
            expect(7 * name.length).toBeLessThanOrEqual(Number(end));
            expect(name.endsWith('…') ? name.length : 0).toBeOneOf([0, shownMax]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('sets a long unit of a large figure small, so that it fits its tile', () => {
    const headline = [
      { label: 'a', value: 44_600, unit: 'docs/min' as const },
      { label: 'b', value: 155e6, unit: 'bytes' as const },
    ];
    const page = renderRunPage({ command: 'score', title: 't', headline });
    expect(page).toContain('<dd>44.6k <small>documents/min</small></dd>');
    expect(page).toContain('<dd>155 MB</dd>');
  });

  it('draws a budget only where what was spent can be seen beside it', () => {
    const overTime = { label: 'spent', points: [0, 1, 2].map((seconds) => ({ seconds, value: seconds })) };
    const linesWith = (budgetUsd: number): number => {
      const cost = { usd: 2, budgetUsd, calls: 1, overTime };
      const { elements } = expectSound(renderRunPage({ command: 'refine', title: 't', cost }));
      return elements.filter(({ attributes }) => attributes['class'] === 'level').length;
    };
    expect([8, 8.01].map(linesWith)).toEqual([1, 0]);
  });

  it('is the same for the same model', () => {
    expect(renderBenchPage(structuredClone(BENCH_PAGE))).toBe(renderBenchPage(BENCH_PAGE));
    expect(renderRunPage(structuredClone(RUN_PAGE))).toBe(renderRunPage(RUN_PAGE));
    expect(renderRunPage(JSON.parse(JSON.stringify(RUN_PAGE)) as RunPage)).toBe(renderRunPage(RUN_PAGE));
  });

  it('has a text alternative for every drawing, a title for every section, and no id twice', () => {
    for (const page of [renderBenchPage(BENCH_PAGE), renderRunPage(RUN_PAGE)]) {
      const { elements } = expectSound(page);
      const drawings = elements.filter(({ name }) => name === 'svg');
      expect(drawings.length).toBeGreaterThan(8);
      for (const { attributes } of drawings) {
        expect(attributes['role']).toBe('img');
        expect(attributes['aria-label']?.length).toBeGreaterThan(5);
      }
      const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const links = elements.flatMap(({ attributes }) => attributes['href'] ?? []);
      for (const link of links) expect(ids).toContain(link.slice(1));
    }
  });

  it('forbids all loading and all scripts', () => {
    for (const page of [renderBenchPage(BENCH_PAGE), renderRunPage(RUN_PAGE)]) {
      const policy = parsePage(page).elements.find(
        ({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy',
      );
      expect(policy?.attributes['content']).toMatch(/^default-src 'none'; style-src 'unsafe-inline';/);
    }
  });

  it('draws nothing of what is absent', () => {
    const { elements, text: shown } = expectSound(renderRunPage({ command: 'score', title: 'A run' }));
    expect(elements.filter(({ name }) => name === 'svg' || name === 'section' || name === 'table')).toEqual([]);
    expect(shown).toContain('A run');
  });

  it('stays small however much there is', () => {
    const points = Array.from({ length: 10_000 }, (_, index) => ({ seconds: index, value: Math.sin(index) * 1e6 }));
    const series = Array.from({ length: 10 }, (_, index) => ({ label: `series ${index}`, points }));
    const id = 'x'.repeat(100_000);
    const documents = Array.from({ length: 1000 }, () => ({ id, source: 'a.jsonl', line: 1, value: 0, ms: 1 }));
    const page = renderRunPage({
      ...RUN_PAGE,
      throughput: series,
      process: { memory: series },
      worst: [{ measure: 'miair', documents }],
      slowest: documents,
      rejections: Array.from({ length: 1000 }, () => ({ by: 'keep-if', reason: id, documents: 1 })),
    });
    expect(Buffer.byteLength(page)).toBeLessThan(PAGE_BYTES_MAX);
    expectSound(page);
  });
});

describe('the verdict on a stress run', () => {
  const criterion = { criterion: 'c', required: 'r', measured: 'm' };
  const render = (...verdicts: readonly ('met' | 'missed' | 'not measured')[]): string =>
    parsePage(
      renderRunPage({
        command: 'stress',
        title: 't',
        verdicts: verdicts.map((verdict) => ({ ...criterion, verdict })),
      }),
    ).text;

  it('says that all hold only if all do', () => {
    expect(render('met', 'met')).toContain('All 2 criteria met');
    expect(render('met', 'missed', 'not measured')).toContain('1 of 3 criteria missed, 1 could not be measured');
    expect(render('met', 'not measured')).toContain('1 of 2 criteria met, 1 could not be measured');
  });
});
