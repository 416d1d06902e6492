/**
 * Proves what Ctrl-C does: the first asks the engine to stop, and what is left to do is said; the second ends the process.
 * Signals are events of the test, and the engine stops when it is asked to.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { MillraceError } from '../../src/core/errors.js';
import type { RunSummary, ScoreFilesOptions } from '../../src/engine/score-files/options.js';
import { createFake, SUMMARY, type Fake } from './fake-context.js';

let output: string;
beforeEach(async () => {
  output = join(await mkdtemp(join(tmpdir(), 'millrace-interrupt-')), 'out.jsonl');
});
afterEach(() => rm(join(output, '..'), { recursive: true, force: true }));

/** Ends with `ERR_ABORTED` once it is asked to stop, as the engine does, after `onStop`. */
function untilStopped(onStop: () => void = () => {}): (options: ScoreFilesOptions) => Promise<RunSummary> {
  return ({ signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        onStop();
        setImmediate(() => reject(new MillraceError('ERR_ABORTED', 'the run was aborted')));
      });
    });
}

/** Starts a run and waits until it is in the engine. */
async function start(fake: Fake, argv: readonly string[]): Promise<{ finished: Promise<number> }> {
  const finished = main(argv, fake.context);
  while (fake.runs.length === 0) await new Promise(setImmediate);
  return { finished };
}

describe('an interrupt', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('by %s ends with %d and the command that goes on', async (name, code) => {
    const fake = createFake({ scoreFiles: untilStopped() });
    await writeFile(`${output}.partial`, '{}\n');
    const { finished } = await start(fake, ['score', 'x', '-o', output]);
    fake.signals.emit(name);
    expect(await finished).toBe(code);
    expect(fake.stderr.text).toBe(
      `millrace: interrupted; what is finished is in ${output}.partial, go on with: millrace score x -o ${output} --resume\n`,
    );
    expect(fake.exits).toEqual([]);
  });

  it('says no more than that where there is nothing to go on with', async () => {
    for (const argv of [
      ['score', 'x'],
      ['score', 'x', '-o', '-'],
      ['score', 'x', '-o', output],
    ]) {
      const fake = createFake({ scoreFiles: untilStopped() });
      const { finished } = await start(fake, argv);
      fake.signals.emit('SIGINT');
      expect(await finished).toBe(130);
      expect(fake.stderr.text).toBe('millrace: interrupted\n');
    }
  });

  it('ends the process at once when it comes again, but not when one key press arrives twice', async () => {
    const fake = createFake({
      scoreFiles: untilStopped(() => {
        fake.signals.emit('SIGINT');
        fake.clock.nowMs += 199;
        fake.signals.emit('SIGINT');
        expect(fake.exits).toEqual([]);
        fake.clock.nowMs += 1;
        fake.signals.emit('SIGINT');
        fake.signals.emit('SIGTERM');
        expect(fake.exits).toEqual([130, 143]);
      }),
    });
    const { finished } = await start(fake, ['score', 'x']);
    fake.signals.emit('SIGINT');
    expect(await finished).toBe(130);
  });

  it('that comes when all is done changes nothing', async () => {
    const fake = createFake({
      scoreFiles: () => {
        fake.signals.emit('SIGINT');
        return Promise.resolve(SUMMARY);
      },
    });
    expect(await main(['score', 'x'], fake.context)).toBe(0);
    expect(fake.stderr.text).toMatch(/^documents /);
  });

  it('does not hide another error, and an abort of another cause is a failed run', async () => {
    const failing = createFake({
      scoreFiles: () => {
        failing.signals.emit('SIGINT');
        return Promise.reject(new MillraceError('ERR_OUTPUT_UNWRITABLE', 'no space left on the device'));
      },
    });
    expect(await main(['score', 'x'], failing.context)).toBe(1);
    expect(failing.stderr.text).toContain('no space left');

    const aborted = createFake({ scoreFiles: () => Promise.reject(new MillraceError('ERR_ABORTED', 'closed')) });
    expect(await main(['score', 'x'], aborted.context)).toBe(1);
  });

  it('leaves no listener behind', async () => {
    for (const scoreFiles of [() => Promise.resolve(SUMMARY), () => Promise.reject(new Error('no'))]) {
      const fake = createFake({ scoreFiles });
      await main(['score', 'x'], fake.context);
      expect(fake.runs).toHaveLength(1);
      expect(fake.signals.eventNames()).toEqual([]);
    }
  });
});
