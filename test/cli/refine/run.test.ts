/**
 * Proves how `millrace refine` and `millrace verify` end: exit codes, what is printed and what is written, and what each interrupt
 * does. The engine is a function of the test, and signals are its events.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { MillraceError, type ErrorCode } from '../../../src/core/errors.js';
import { NO_COUNTS } from '../../../src/engine/refine/refiner.js';
import type { RefineFilesOptions, RefineFilesSummary } from '../../../src/engine/refine-files/options.js';
import { NO_CALLS } from '../../../src/ledger/calls/account.js';
import { CHECKPOINT_START } from '../../../src/ledger/calls/calls.js';
import type { Difference, InspectedRun } from '../../../src/ledger/calls/verify.js';
import { Scratch } from '../../support/scratch.js';
import { Capture, createFake, REFINE_ESTIMATE, REFINE_SUMMARY, type Fake, type FakeOptions } from '../fake-context.js';
import { CALLER } from './status.js';

const scratch = new Scratch();
const RULES = ['refine', 'x', '--provider', 'rules'];

describe('a run', () => {
  it('prints its summary on stderr, and not with --quiet', async () => {
    const loud = createFake();
    expect(await main(RULES, loud.context)).toBe(0);
    expect([loud.stdout.text, loud.stderr.text]).toEqual(['', expect.stringMatching(/^documents .*\nas they came /)]);
    const quiet = createFake();
    expect(await main([...RULES, '--quiet'], quiet.context)).toBe(0);
    expect([quiet.stdout.text, quiet.stderr.text]).toEqual(['', '']);
  });

  it('ends with 3 when there are dead letters, its summary written all the same', async () => {
    const path = scratch.fresh('.json');
    const { context } = createFake({ refineFiles: () => Promise.resolve({ ...REFINE_SUMMARY, failed: 4 }) });
    expect(await main([...RULES, '--summary', path], context)).toBe(3);
    const written: unknown = JSON.parse(await readFile(path, 'utf8'));
    expect(written).toMatchObject({ command: 'refine', failed: 4, rejected: 0, calls: 1234 });
  });

  it.each<[ErrorCode, number]>([
    ['ERR_PROVIDER_AUTH', 1],
    ['ERR_PROVIDER_QUOTA', 1],
    ['ERR_PROVIDER_NOT_FOUND', 1],
    ['ERR_LEDGER', 1],
    ['ERR_RESUME_MISMATCH', 2],
    ['ERR_INPUT_NOT_FOUND', 2],
  ])('that ends with %s ends with %d, in one line', async (code, exitCode) => {
    const { context, stderr } = createFake({ refineFiles: () => Promise.reject(new MillraceError(code, 'no\ngood')) });
    expect(await main(RULES, context)).toBe(exitCode);
    expect(stderr.text).toBe(`millrace: no good${exitCode === 1 ? ` (${code})` : ''}\n`);
  });

  it('tells what it is warned of on stderr, a line each', async () => {
    const { context, stderr } = createFake({
      refineFiles: ({ onWarn }) => {
        onWarn?.('some of it is damaged');
        return Promise.resolve(REFINE_SUMMARY);
      },
    });
    expect(await main([...RULES, '--quiet'], context)).toBe(0);
    expect(stderr.text).toBe('millrace: some of it is damaged\n');
  });

  it('refuses a summary that cannot be written before it begins', async () => {
    const { context, refineRuns } = createFake();
    expect(await main([...RULES, '--summary', scratch.path('none/s.json')], context)).toBe(1);
    expect(refineRuns).toEqual([]);
  });

  it('draws its progress on a terminal, and takes it away for dead letters and the summary', async () => {
    const fake = createFake({
      stderr: new Capture(true),
      refineFiles: (options) => {
        options.onProgress?.(progressOf(5));
        options.stderr?.write('{"code":"ERR_ROW_JSON"}\n');
        fake.clock.nowMs += 150;
        options.onProgress?.(progressOf(6));
        return Promise.resolve(REFINE_SUMMARY);
      },
    });
    expect(await main(RULES, fake.context)).toBe(0);
    const [nothing, first, letter, second, rest] = fake.stderr.text.replaceAll('\x1b[K', '').split('\r');
    expect([nothing, first, letter]).toEqual(['', '5 documents · 3 in flight', '{"code":"ERR_ROW_JSON"}\n']);
    expect(second).toMatch(/^6 documents /);
    expect(rest).toMatch(/documents/);
  });
});

describe('--estimate', () => {
  it('prints the estimate on stdout, writes it where it is told, and runs nothing', async () => {
    const path = scratch.fresh('.json');
    const asked: RefineFilesOptions[] = [];
    const { context, stdout, stderr, refineRuns } = createFake({
      estimateRefineFiles: (options) => {
        asked.push(options);
        return Promise.resolve(REFINE_ESTIMATE);
      },
    });
    const argv = [...RULES, '--estimate', '--budget', '80', '--summary', path, '--concurrency', '7'];
    expect(await main(argv, context)).toBe(0);
    expect(asked).toMatchObject([{ inputs: ['x'], concurrency: 7, budgetUsd: 80 }]);
    expect([stderr.text, refineRuns]).toEqual(['', []]);
    expect(stdout.text).toMatch(/^documents +10,000, [^]*\nbudget +\$80\.00 suffices\n/);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      schema: 1,
      command: 'refine',
      estimate: REFINE_ESTIMATE,
    });
  });

  it('is given up when it is interrupted', async () => {
    const fake = createFake({
      estimateRefineFiles: ({ signal }) => {
        fake.signals.emit('SIGINT');
        return Promise.reject(new MillraceError('ERR_ABORTED', String(signal?.aborted)));
      },
    });
    expect(await main([...RULES, '--estimate'], fake.context)).toBe(130);
    expect(fake.stderr.text).toBe('millrace: interrupted\n');
  });
});

function progressOf(documents: number): Parameters<NonNullable<RefineFilesOptions['onProgress']>>[0] {
  const distance = { written: documents, failed: 0, bytes: 0, inputBytes: 0, inputBytesTotal: undefined, seconds: 1 };
  return { ...NO_COUNTS, ...distance, documents, caller: { ...CALLER, inFlight: 3 }, budgetUsd: undefined };
}

/** A run with three calls in flight, which ends when `end` is aborted. */
function untilAborted(end: 'stop' | 'signal'): NonNullable<FakeOptions['refineFiles']> {
  return (options) =>
    new Promise<RefineFilesSummary>((_, reject) => {
      options.onProgress?.(progressOf(1));
      options[end]?.addEventListener('abort', () => reject(new MillraceError('ERR_ABORTED', 'the run was aborted')));
    });
}

/** Starts a run and waits until it is in the engine. */
async function start(fake: Fake, argv: readonly string[]): Promise<{ ended: Promise<number> }> {
  const ended = main(argv, fake.context);
  while (fake.refineRuns.length === 0) await new Promise(setImmediate);
  return { ended };
}

const FINISHING = 'millrace: finishing 3 calls in flight; interrupt again to stop at once\n';

describe('an interrupt', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('by %s stops the run, which ends with %d when its calls are answered', async (name, code) => {
    const fake = createFake({ refineFiles: untilAborted('stop') });
    const { ended } = await start(fake, [...RULES, '-o', 'out.jsonl', '--run', 'dir']);
    fake.signals.emit(name);
    expect(await ended).toBe(code);
    const goesOn = 'millrace: interrupted; the same command goes on where it was (--run dir)\n';
    expect(fake.stderr.text).toBe(FINISHING + goesOn);
    expect(fake.refineRuns[0]?.signal?.aborted).toBe(false);
    expect([fake.exits, fake.signals.eventNames()]).toEqual([[], []]);
  });

  it('that comes again abandons the calls, and a third time ends the process', async () => {
    const fake = createFake({ refineFiles: untilAborted('signal') });
    const { ended } = await start(fake, RULES);
    fake.signals.emit('SIGINT');
    fake.clock.nowMs += 199; // One key press that arrives twice.
    fake.signals.emit('SIGINT');
    expect([fake.refineRuns[0]?.stop?.aborted, fake.refineRuns[0]?.signal?.aborted]).toEqual([true, false]);
    fake.clock.nowMs += 1;
    fake.signals.emit('SIGTERM');
    fake.clock.nowMs += 199;
    fake.signals.emit('SIGINT');
    expect([fake.refineRuns[0]?.signal?.aborted, fake.exits]).toEqual([true, []]);
    fake.clock.nowMs += 1;
    fake.signals.emit('SIGINT');
    expect(fake.exits).toEqual([130]);
    expect(await ended).toBe(130);
  });

  it('of a run that is not recorded says that it cannot be resumed, and what is left of it', async () => {
    const output = scratch.fresh('.jsonl');
    await writeFile(`${output}.partial`, '{}\n');
    const fake = createFake({ refineFiles: untilAborted('stop') });
    const { ended } = await start(fake, [...RULES, '-o', output, '--cache', 'answers']);
    fake.signals.emit('SIGINT');
    expect(await ended).toBe(130);
    expect(fake.stderr.text.slice(FINISHING.length)).toBe(
      `millrace: interrupted; what is finished is in ${output}.partial; without --run it cannot be resumed; ` +
        'answers that are in answers are not paid for again\n',
    );
  });

  it('that comes when all is done changes nothing', async () => {
    const fake = createFake({
      refineFiles: () => {
        fake.signals.emit('SIGINT');
        return Promise.resolve(REFINE_SUMMARY);
      },
    });
    expect(await main(RULES, fake.context)).toBe(0);
    expect(fake.stderr.text).toMatch(/^millrace: finishing what is under way; .*\ndocuments /);
  });

  it('does not hide another error', async () => {
    const fake = createFake({
      refineFiles: () => {
        fake.signals.emit('SIGINT');
        return Promise.reject(new MillraceError('ERR_PROVIDER_QUOTA', 'no credit'));
      },
    });
    expect(await main(RULES, fake.context)).toBe(1);
    expect(fake.stderr.text).toMatch(/\nmillrace: no credit \(ERR_PROVIDER_QUOTA\)\n$/);
  });
});

describe('millrace verify', () => {
  const money = { ...NO_CALLS, sent: 1234, answered: 1200, failed: 30, lost: 4, chargedNanoUsd: 3e9, lostNanoUsd: 5e8 };
  const run: InspectedRun = {
    header: { command: 'refine', options: {}, inputs: [] },
    isComplete: true,
    checkpoint: { ...CHECKPOINT_START, ordinal: 1000 },
    deadLetterCount: 1,
    money: { ...money, outstanding: 0, outstandingNanoUsd: 0, spentNanoUsd: 3.5e9 },
    damage: [],
  };
  const found: readonly Difference[] = [
    { kind: 'output', message: '999 lines were written, there are 998' },
    { kind: 'calls', message: '1 answered calls were made again' },
  ];

  it('says in one line what holds', async () => {
    const { context, stdout, stderr } = createFake({ inspectRun: () => Promise.resolve(run) });
    expect(await main(['verify', 'dir'], context)).toBe(0);
    expect([stderr.text, stdout.text]).toEqual([
      '',
      '1,000 documents: 999 rows and 1 dead letter, each once and in order; 1,234 calls, none answered twice; $3.50\n',
    ]);
  });

  it('names no price where nothing was charged', async () => {
    const free = { ...run, money: { ...run.money, spentNanoUsd: 0 } };
    const { context, stdout } = createFake({ inspectRun: () => Promise.resolve(free) });
    expect(await main(['verify', 'dir'], context)).toBe(0);
    expect(stdout.text).toMatch(/1,234 calls, none answered twice\n$/);
  });

  it('says what does not, a line each, and ends with 1', async () => {
    const asked: string[] = [];
    const { context, stdout } = createFake({
      async *verifyRefineRun(dir) {
        asked.push(dir);
        yield* found;
      },
    });
    expect(await main(['verify', 'dir'], context)).toBe(1);
    expect(asked).toEqual(['dir']);
    expect(stdout.text).toBe(found.map(({ kind, message }) => `${kind}: ${message}\n`).join(''));
  });

  it('says that there is no run, and refuses bad usage', async () => {
    const { context, stderr } = createFake({
      verifyRefineRun: () => {
        throw new MillraceError('ERR_LEDGER', 'dir: it is no directory of a run');
      },
    });
    expect(await main(['verify', 'dir'], context)).toBe(1);
    expect(stderr.text).toBe('millrace: dir: it is no directory of a run (ERR_LEDGER)\n');
    const none = createFake();
    expect(await main(['verify'], none.context)).toBe(2);
    expect(none.stderr.text).toMatch(/^millrace: missing required argument 'dir', expected one at least, got none; /);
  });
});
