/** Proves what the progress line says, that it fits any width, and that it is drawn ten times a second at most. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProgressLine } from '../../src/cli/progress-line.js';
import { formatProgress, ratesOf, slide, type Rates, type Sample } from '../../src/cli/progress.js';
import type { RunProgress } from '../../src/engine/score-files-options.js';
import { Capture } from './fake-context.js';

const PROGRESS: RunProgress = {
  documents: 123_456,
  rejected: 0,
  failed: 0,
  bytes: 120_000_000,
  inputBytes: 150_000_000,
  inputBytesTotal: 400_000_000,
  seconds: 3,
};
const RATES: Rates = { documentsPerSecond: 45_230, bytesPerSecond: 46_100_000, inputBytesPerSecond: 50_000_000 };

function sampleAt(seconds: number): Sample {
  return { seconds, documents: 1000 * seconds, bytes: 2000 * seconds, inputBytes: 3000 * seconds };
}

describe('formatProgress', () => {
  it('says documents, speed, share and time left', () => {
    expect(formatProgress(PROGRESS, RATES, 120)).toBe('123,456 documents · 45.2k docs/s · 46.1 MB/s · 37 % · 5 s left');
  });

  it('says how many dead letters there are, when there are any', () => {
    expect(formatProgress({ ...PROGRESS, failed: 1 }, undefined, 120)).toBe('123,456 documents · 37 % · 1 dead letter');
    expect(formatProgress({ ...PROGRESS, failed: 2000 }, undefined, 120)).toMatch(/ · 2,000 dead letters$/);
  });

  it('says which share is kept, when some are not', () => {
    const progress = { ...PROGRESS, rejected: 23_456, failed: 1000 };
    expect(formatProgress(progress, undefined, 120)).toBe('123,456 documents · 37 % · 80 % kept · 1,000 dead letters');
    expect(formatProgress({ ...PROGRESS, rejected: 123_456 }, undefined, 120)).toContain(' · 0 % kept');
  });

  it('leaves out what is not known: speed at first, share and time left of a pipe', () => {
    expect(formatProgress(PROGRESS, undefined, 120)).toBe('123,456 documents · 37 %');
    expect(formatProgress({ ...PROGRESS, inputBytesTotal: undefined }, RATES, 120)).toBe(
      '123,456 documents · 45.2k docs/s · 46.1 MB/s',
    );
    expect(formatProgress({ ...PROGRESS, inputBytes: 0, inputBytesTotal: 0 }, undefined, 120)).toBe(
      '123,456 documents',
    );
    const stalled = { ...RATES, inputBytesPerSecond: 0 };
    expect(formatProgress(PROGRESS, stalled, 120)).not.toContain('left');
  });

  it('says 100 % when all is read, and not before', () => {
    expect(formatProgress({ ...PROGRESS, inputBytes: 399_999_999 }, undefined, 120)).toContain(' 99 %');
    expect(formatProgress({ ...PROGRESS, inputBytes: 400_000_000 }, undefined, 120)).toContain(' 100 %');
    // A file that has grown since its size was looked up.
    expect(formatProgress({ ...PROGRESS, inputBytes: 500_000_000 }, RATES, 120)).toContain(' 100 % · 0 s left');
  });

  it('drops what matters least where the line is too long', () => {
    const progress = { ...PROGRESS, failed: 7 };
    const lines = [
      '123,456 documents · 45.2k docs/s · 46.1 MB/s · 37 % · 5 s left · 7 dead letters',
      '123,456 documents · 45.2k docs/s · 37 % · 5 s left · 7 dead letters',
      '123,456 documents · 37 % · 5 s left · 7 dead letters',
      '123,456 documents · 37 % · 7 dead letters',
      '123,456 documents · 37 %',
      '123,456 documents',
      '123,456 documen',
    ];
    for (const [index, line] of lines.entries()) {
      expect(formatProgress(progress, RATES, line.length)).toBe(line);
      const longer = lines[index - 1];
      if (longer !== undefined) expect(formatProgress(progress, RATES, longer.length - 1)).toMatch(line);
    }
  });

  it('fits any width', () => {
    const count = fc.nat({ max: 10 ** 12 });
    const progress = fc.record({
      documents: count,
      rejected: count,
      failed: count,
      bytes: count,
      inputBytes: count,
      inputBytesTotal: fc.option(count, { nil: undefined }),
      seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    const rates = fc.record({ documentsPerSecond: count, bytesPerSecond: count, inputBytesPerSecond: count });
    fc.assert(
      fc.property(
        progress,
        fc.option(rates, { nil: undefined }),
        fc.integer({ min: 0, max: 200 }),
        (state, speed, width) => {
          const line = formatProgress(state, speed, width);
          expect(line.length).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/NaN|Infinity|undefined/);
        },
      ),
    );
  });
});

describe('ratesOf', () => {
  it('needs two samples at different times', () => {
    expect(ratesOf([])).toBeUndefined();
    expect(ratesOf([sampleAt(1)])).toBeUndefined();
    expect(ratesOf([sampleAt(1), sampleAt(1)])).toBeUndefined();
    expect(ratesOf([sampleAt(1), sampleAt(3)])).toEqual({
      documentsPerSecond: 1000,
      bytesPerSecond: 2000,
      inputBytesPerSecond: 3000,
    });
  });

  it('does not count what a resumed run starts with', () => {
    const first = { ...sampleAt(0.1), documents: 1e6 };
    const rates = ratesOf([first, { ...sampleAt(1.1), documents: 1e6 + 500 }]);
    expect(rates?.documentsPerSecond).toBeCloseTo(500);
  });
});

describe('slide', () => {
  it('keeps the last five seconds, and the last sample however old', () => {
    let samples: readonly Sample[] = [];
    for (const seconds of [0, 1, 2, 3, 4, 5, 6]) samples = slide(samples, sampleAt(seconds));
    expect(samples.map(({ seconds }) => seconds)).toEqual([1, 2, 3, 4, 5, 6]);
    samples = slide(samples, sampleAt(60));
    expect(samples.map(({ seconds }) => seconds)).toEqual([6, 60]);
  });
});

describe('ProgressLine', () => {
  it('draws over itself, ten times a second at most, one column short of the width', () => {
    const stream = new Capture(true, 20);
    const clock = { nowMs: 0 };
    const line = new ProgressLine(stream, () => clock.nowMs);
    for (let call = 0; call < 1000; call++) {
      clock.nowMs = call; // One second, an update each millisecond.
      line.update({ ...PROGRESS, documents: call, seconds: call / 1000 });
    }
    const drawn = stream.text.split('\r\x1b[K').slice(1);
    expect(drawn).toHaveLength(10);
    expect(drawn[0]).toBe('0 documents · 37 %');
    expect(drawn.every((text) => text.length < 20 && !text.includes('\n'))).toBe(true);
  });

  it('takes 80 columns where the terminal does not know its width', () => {
    const stream = new Capture(true, 0);
    new ProgressLine(stream, () => 0).update({ ...PROGRESS, failed: 3 });
    expect(stream.text).toBe('\r\x1b[K123,456 documents · 37 % · 3 dead letters');
  });

  it('is cleared once, and only when there is something', () => {
    const stream = new Capture(true);
    const line = new ProgressLine(stream, () => 0);
    line.clear();
    expect(stream.text).toBe('');
    line.update(PROGRESS);
    line.clear();
    line.clear();
    expect(stream.text).toBe('\r\x1b[K123,456 documents · 37 %\r\x1b[K');
  });
});
