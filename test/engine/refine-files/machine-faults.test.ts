/**
 * Proves that a run outlasts what breaks under it: threads that end while they score documents or versions, a disk that is full from any
 * write on, a cache whose directory is none, is damaged or goes away. Documents and calls are accounted for, and the same command goes on
 * to the end. Threads end on cue (`test/faults/worker.mjs`); the disk is full once from each write of a run.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as EngineModule from '../../../src/engine/engine.js';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { isMillraceError } from '../../../src/core/errors.js';
import { answerTo } from '../../../src/refine/mock/answers.js';
import { engineOf, FAULTY_WORKER } from '../../support/faults.js';
import { errorOf } from '../../support/outcomes.js';
import { jsonLines, readRows, Scratch } from '../../support/scratch.js';
import { checkCalls, checkDocuments, CONCURRENCY, scriptedRun, type RecordedOptions } from './accounts.js';
import { FullDisk } from './full-disk.js';
import { ScriptedModel, SOUND } from './scripted-model.js';
import { differencesOf, lettersOf, poorRows, poorText } from './support.js';

vi.mock('../../../src/engine/engine.js', async (original) => ({
  ...(await original<typeof EngineModule>()),
  createEngine: (options: object) => Promise.resolve(engineOf(FAULTY_WORKER, options)),
}));

const scratch = new Scratch();

describe('a thread that ends', () => {
  const DOCUMENTS = 6;
  /** The first, which all others wait for, one among them, and the last. */
  const FAULTED = [0, 2, DOCUMENTS - 1];

  type Kind = 'once' | 'exit';
  /** Files that the threads which ended once have made. */
  const ended: string[] = [];
  const cue = (kind: Kind): string => {
    if (kind === 'exit') return 'FAULT:exit';
    ended.push(scratch.fresh('.once'));
    return `FAULT:once=${ended.at(-1)}`;
  };
  afterEach(() => {
    expect(ended.splice(0).filter((path) => !existsSync(path))).toEqual([]);
  });

  async function runWith(scored: Kind | undefined, rescored: Kind | undefined) {
    const model = await ScriptedModel.start();
    const options = scriptedRun(scratch, model, DOCUMENTS);
    const rows = poorRows(DOCUMENTS).map(({ id }, at) => ({
      id,
      text: scored !== undefined && FAULTED.includes(at) ? `${cue(scored)} ${poorText(at)}` : poorText(at),
    }));
    const [input = ''] = options.inputs;
    writeFileSync(input, jsonLines(rows));
    model.answers = (prompt, { document }) => {
      const { text, finish } = answerTo(prompt, 'improve');
      if (rescored === undefined || !FAULTED.includes(document)) return { text, finish };
      return { text: text.replace('\n# Guide', `\n${cue(rescored)}\n# Guide`), finish };
    };
    return { model, options };
  }

  it('while it scores is replaced, and the document scored again', async () => {
    const { model, options } = await runWith('once', undefined);
    await refineFiles(options);
    await checkDocuments(options, DOCUMENTS);
    await checkCalls(options, model);
    expect(lettersOf(options)).toEqual([]);
  });

  it('each time that it scores a document makes that one a dead letter, also when it is tried again', async () => {
    const { model, options } = await runWith('exit', undefined);
    for (const retryFailed of [false, true]) {
      await refineFiles({ ...options, retryFailed });
      await checkDocuments(options, DOCUMENTS);
      await checkCalls(options, model);
      expect(lettersOf(options).map(({ id }) => id)).toEqual(FAULTED.map((at) => `doc-${at}`));
    }
  });

  it.each<Kind>(['once', 'exit'])('while it scores versions costs no document (%s)', async (kind) => {
    const { model, options } = await runWith(undefined, kind);
    await refineFiles(options);
    await checkDocuments(options, DOCUMENTS);
    await checkCalls(options, model);
    expect(lettersOf(options)).toEqual([]);
    const unscored = readRows(options.output).filter(({ steps }) => JSON.stringify(steps).includes('"unscored"'));
    expect(unscored.map(({ id }) => id)).toEqual(kind === 'exit' ? FAULTED.map((at) => `doc-${at}`) : []);
  });

  it('while it scores the versions of an earlier session costs none of them', async () => {
    const { model, options } = await runWith(undefined, 'once');
    const stop = new AbortController();
    model.script = ({ document }) => {
      if (document === FAULTED[1]) stop.abort();
      return undefined;
    };
    await errorOf(refineFiles({ ...options, stop: stop.signal }));
    model.script = SOUND;
    await refineFiles(options);
    await checkDocuments(options, DOCUMENTS);
    await checkCalls(options, model);
    expect(lettersOf(options)).toEqual([]);
  });
});

describe('a full disk', () => {
  const DOCUMENTS = 3;

  /** @returns whether a run met the end of a disk with room for so many writes. */
  async function fillAt(room: number, before: (options: RecordedOptions, model: ScriptedModel) => Promise<object>) {
    const model = await ScriptedModel.start();
    const options = scriptedRun(scratch, model, DOCUMENTS);
    const given = await before(options, model);
    const hasFailed = await FullDisk.during(scratch.fresh('.probe'), room, async (disk) => {
      const end = await refineFiles({ ...options, ...given }).catch((thrown: unknown) => thrown);
      if (disk.hasFailed) expect([room, isMillraceError(end) && end.code]).toEqual([room, 'ERR_OUTPUT_UNWRITABLE']);
      return disk.hasFailed;
    });
    model.script = SOUND;
    await refineFiles(options);
    await refineFiles({ ...options, retryFailed: true });
    await checkDocuments(options, DOCUMENTS);
    await checkCalls(options, model, CONCURRENCY);
    expect(lettersOf(options)).toEqual([]);
    return hasFailed;
  }

  /** Dead letters are written as well. */
  const REFUSED = async (_options: RecordedOptions, model: ScriptedModel): Promise<object> => {
    model.script = ({ document }) => (document === 1 ? 'request' : undefined);
    return Promise.resolve({});
  };

  it.each([
    ['a run', REFUSED],
    [
      'a round of retries',
      async (options: RecordedOptions, model: ScriptedModel): Promise<object> => {
        await REFUSED(options, model);
        await refineFiles(options);
        return { retryFailed: true };
      },
    ],
  ])('is met at any write of %s, and the run goes on when there is room', async (_what, before) => {
    let room = 0;
    while (await fillAt(room, before)) room++;
    expect(room).toBeGreaterThan(4);
  });
});

describe('a cache', () => {
  const DOCUMENTS = 3;

  it('whose directory is a file ends the run before it begins', async () => {
    const model = await ScriptedModel.start();
    const options = scriptedRun(scratch, model, DOCUMENTS);
    const dir = scratch.fresh('.cache');
    writeFileSync(dir, 'a file');
    expect(await errorOf(refineFiles({ ...options, cache: { dir } }))).toMatchObject({ code: 'ERR_CACHE_DIR' });
    expect([existsSync(options.run), model.served.length]).toEqual([false, 0]);
    await refineFiles(options);
    await checkDocuments(options, DOCUMENTS);
  });

  it('whose files are overwritten, or gone in the middle of the run, costs nothing but calls', async () => {
    const model = await ScriptedModel.start();
    const dir = scratch.fresh('.cache');
    const cache = { dir };
    await refineFiles({ ...scriptedRun(scratch, model, DOCUMENTS), cache });
    const before = model.served.length;
    writeFileSync(join(dir, 'entries.mdb'), 'x'.repeat(10_000));
    const damaged = scriptedRun(scratch, model, DOCUMENTS);
    await refineFiles({ ...damaged, cache });
    await checkDocuments(damaged, DOCUMENTS);
    expect(model.served.length).toBe(2 * before);

    rmSync(dir, { recursive: true });
    model.script = () => {
      rmSync(dir, { recursive: true, force: true });
      return undefined;
    };
    const bereft = scriptedRun(scratch, model, DOCUMENTS);
    await refineFiles({ ...bereft, cache });
    await checkDocuments(bereft, DOCUMENTS);
    expect(await differencesOf(bereft.run)).toEqual([]);
  });
});
