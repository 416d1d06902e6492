/** Proves what the progress line of `score` says, and that it fits any width. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProgress } from '../../../src/cli/score/progress.js';
import type { RunProgress } from '../../../src/engine/score-files/options.js';

const PROGRESS: RunProgress = {
  documents: 123_456,
  rejected: 0,
  failed: 0,
  bytes: 120_000_000,
  inputBytes: 150_000_000,
  inputBytesTotal: 400_000_000,
  seconds: 3,
};
/** A second before. */
const EARLIER: RunProgress = {
  ...PROGRESS,
  documents: PROGRESS.documents - 45_230,
  bytes: PROGRESS.bytes - 46_100_000,
  inputBytes: PROGRESS.inputBytes - 50_000_000,
  seconds: 2,
};
const RECENT = [EARLIER, PROGRESS];

describe('formatProgress', () => {
  it('says documents, speed, share and time left', () => {
    expect(formatProgress(PROGRESS, RECENT, 120)).toBe(
      '123,456 documents · 45.2k docs/s · 46.1 MB/s · 37 % · 5 s left',
    );
  });

  it('says how many dead letters there are, when there are any', () => {
    expect(formatProgress({ ...PROGRESS, failed: 1 }, [], 120)).toBe('123,456 documents · 37 % · 1 dead letter');
    expect(formatProgress({ ...PROGRESS, failed: 2000 }, [], 120)).toMatch(/ · 2,000 dead letters$/);
  });

  it('says which share is kept, when some are not', () => {
    const progress = { ...PROGRESS, rejected: 23_456, failed: 1000 };
    expect(formatProgress(progress, [], 120)).toBe('123,456 documents · 37 % · 80 % kept · 1,000 dead letters');
    expect(formatProgress({ ...PROGRESS, rejected: 123_456 }, [], 120)).toContain(' · 0 % kept');
  });

  it('leaves out what is not known: speed at first, share and time left of a pipe', () => {
    expect(formatProgress(PROGRESS, [], 120)).toBe('123,456 documents · 37 %');
    expect(formatProgress({ ...PROGRESS, inputBytesTotal: undefined }, RECENT, 120)).toBe(
      '123,456 documents · 45.2k docs/s · 46.1 MB/s',
    );
    expect(formatProgress({ ...PROGRESS, inputBytes: 0, inputBytesTotal: 0 }, [], 120)).toBe('123,456 documents');
    const stalled = [{ ...EARLIER, inputBytes: PROGRESS.inputBytes }, PROGRESS];
    expect(formatProgress(PROGRESS, stalled, 120)).not.toContain('left');
  });

  it('says 100 % when all is read, and not before', () => {
    expect(formatProgress({ ...PROGRESS, inputBytes: 399_999_999 }, [], 120)).toContain(' 99 %');
    expect(formatProgress({ ...PROGRESS, inputBytes: 400_000_000 }, [], 120)).toContain(' 100 %');
    // A file that has grown since its size was looked up.
    expect(formatProgress({ ...PROGRESS, inputBytes: 500_000_000 }, RECENT, 120)).toContain(' 100 % · 0 s left');
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
      expect(formatProgress(progress, RECENT, line.length)).toBe(line);
      const longer = lines[index - 1];
      if (longer !== undefined) expect(formatProgress(progress, RECENT, longer.length - 1)).toMatch(line);
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
    const age = fc.option(fc.double({ min: 0.1, max: 5, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(progress, age, fc.integer({ min: 0, max: 200 }), (latest, seconds, width) => {
        const began = { ...latest, documents: 0, bytes: 0, inputBytes: 0, seconds: latest.seconds - (seconds ?? 0) };
        const line = formatProgress(latest, [began, latest], width);
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/NaN|Infinity|undefined/);
      }),
    );
  });
});
