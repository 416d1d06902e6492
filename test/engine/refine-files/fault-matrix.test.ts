/**
 * Proves for every way in which a call can go wrong, once and for good, at every point of a run, that each document comes out as a row
 * or as a dead letter, once and in order and no worse than it was; that every call is on the books, as often as the server saw it and
 * at no less than it charged; and that a run which the fault ended is gone on with to its end. A server in this process fails where the
 * point says, and counts for itself. Faults that do not end a run share one, each with documents of its own.
 */
import { describe, expect, it } from 'vitest';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { errorOf } from '../../support/outcomes.js';
import { readRows, Scratch } from '../../support/scratch.js';
import { checkCalls, checkDocuments, CONCURRENCY, scriptedRun, type RecordedOptions } from './accounts.js';
import { CALL_FAULTS, ScriptedModel, SOUND, type CallFault, type Script, type Served } from './scripted-model.js';
import { lettersOf } from './support.js';

const scratch = new Scratch();

/** Faults that lose the document, if they stay and it has no better version by then. */
const LOSING: Readonly<Partial<Record<CallFault, string>>> = {
  '429': 'ERR_PROVIDER_RATE_LIMITED',
  '429 with Retry-After': 'ERR_PROVIDER_RATE_LIMITED',
  '500': 'ERR_PROVIDER_UNAVAILABLE',
  '503': 'ERR_PROVIDER_UNAVAILABLE',
  request: 'ERR_PROVIDER_REQUEST',
  'reset before headers': 'ERR_PROVIDER_UNAVAILABLE',
  'reset after headers': 'ERR_PROVIDER_UNAVAILABLE',
  'reset in the body': 'ERR_PROVIDER_UNAVAILABLE',
  'malformed JSON': 'ERR_PROVIDER_ANSWER',
  'never answering': 'ERR_PROVIDER_TIMEOUT',
  'slow body': 'ERR_PROVIDER_TIMEOUT',
};
const ENDING: Readonly<Partial<Record<CallFault, string>>> = { auth: 'ERR_PROVIDER_AUTH', quota: 'ERR_PROVIDER_QUOTA' };
/** Only these need a short time limit; on a busy machine it may hit calls that are sound, which are then retried or lost as well. */
const TIMED: readonly CallFault[] = ['never answering', 'slow body'];
const CALL_TIMEOUT_MS = 50;

/** Those that may share a run. */
const UNTIMED: readonly CallFault[] = CALL_FAULTS.filter(
  (fault) => !TIMED.includes(fault) && ENDING[fault] === undefined,
);
const GROUPS: readonly { readonly named: string; readonly faults: readonly CallFault[] }[] = [
  { named: UNTIMED.join(', '), faults: UNTIMED },
  { named: TIMED.join(', '), faults: TIMED },
  { named: 'auth', faults: ['auth'] },
  { named: 'quota', faults: ['quota'] },
];

/** A fault that befalls a document, so many times. */
interface Befalling {
  readonly fault: CallFault;
  readonly times: number;
}

/** A run in which faults are to happen, to its first documents or to its last. */
interface Scene {
  readonly model: ScriptedModel;
  readonly options: RecordedOptions;
  readonly documents: number;
  readonly faulted: ReadonlyMap<number, Befalling>;
}

interface Point {
  readonly name: string;
  readonly isHere: (served: Served) => boolean;
  /** Waited for before the fault happens. */
  readonly until?: (scene: Scene) => Promise<void>;
  /** What happens to the faulted documents elsewhere. */
  readonly elsewhere?: Script;
  /** Whether they have better versions by then. */
  readonly isImproved?: boolean;
  /** Brings the run to where the faults are to be; returns what to go on with. */
  readonly before?: (scene: Scene) => Promise<RecordedOptions>;
}

const always = (): boolean => true;

const POINTS: readonly Point[] = [
  { name: 'the first call', isHere: ({ iteration }) => iteration === 0 },
  { name: 'the second iteration', isHere: ({ iteration }) => iteration === 1, isImproved: true },
  {
    name: 'a retry',
    isHere: ({ iteration, attempt }) => iteration === 0 && attempt > 0,
    elsewhere: ({ iteration }) => (iteration === 0 ? '503' : undefined),
  },
  { name: 'while others wait in order', isHere: always, until: othersAnswered },
  { name: 'a resumed run', isHere: always, isImproved: true, before: stopAfterFirstCalls },
  {
    name: 'a round of retries',
    isHere: always,
    before: async ({ model, options, faulted }) => {
      model.script = ({ document }) => (faulted.has(document) ? 'request' : undefined);
      await refineFiles(options);
      return { ...options, retryFailed: true };
    },
  },
];

/** Documents that nothing befalls. */
const SOUND_DOCUMENTS = 2;

describe.each(POINTS)('at $name', (point) => {
  it.each(GROUPS)('$named', async ({ faults }) => {
    const befalling = faults.flatMap((fault) => [1, Infinity].map((times) => ({ fault, times })));
    await prove(point, await sceneOf(befalling.map((each, document) => [document, each])));
  });
});

describe('at the last document', () => {
  it.each(CALL_FAULTS)('%s', async (fault) => {
    const scene = await sceneOf([[SOUND_DOCUMENTS, { fault, times: Infinity }]]);
    await prove({ name: 'the last document', isHere: always, until: othersAnswered }, scene);
  });
});

async function sceneOf(faulted: readonly (readonly [number, Befalling])[]): Promise<Scene> {
  const model = await ScriptedModel.start();
  const documents = faulted.length + SOUND_DOCUMENTS;
  return { model, documents, faulted: new Map(faulted), options: scriptedRun(scratch, model, documents) };
}

async function prove(point: Point, scene: Scene): Promise<void> {
  const { model, documents, faulted } = scene;
  const faults = [...faulted.values()].map(({ fault }) => fault);
  const isTimed = faults.some((fault) => TIMED.includes(fault));
  const code = faults.map((fault) => ENDING[fault]).find((each) => each !== undefined);
  const options = (await point.before?.(scene)) ?? scene.options;
  model.script = scriptOf(point, scene);
  const run = refineFiles({ ...options, ...(isTimed && { callTimeoutMs: CALL_TIMEOUT_MS }) });
  if (code === undefined) {
    await run;
    await checkDocuments(options, documents);
    await checkCalls(options, model);
    for (const [document, each] of faulted) checkFate(options, point, document, each, isTimed);
  } else {
    expect(await errorOf(run)).toMatchObject({ code });
  }
  model.script = SOUND;
  await refineFiles(options);
  await refineFiles({ ...options, retryFailed: true });
  await checkDocuments(options, documents);
  // A run that ends may have noted calls that it then did not send.
  await checkCalls(options, model, code === undefined ? 0 : CONCURRENCY);
  expect(lettersOf(options)).toEqual([]);
}

function scriptOf({ isHere, until, elsewhere = SOUND }: Point, scene: Scene): Script {
  const left = new Map([...scene.faulted].map(([document, { times }]) => [document, times]));
  return async (served) => {
    const befalling = scene.faulted.get(served.document);
    if (befalling === undefined) return undefined;
    if (!isHere(served)) return elsewhere(served);
    await until?.(scene);
    const times = left.get(served.document) ?? 0;
    left.set(served.document, times - 1);
    return times > 0 ? befalling.fault : undefined;
  };
}

async function othersAnswered({ model }: Scene): Promise<void> {
  await turnsUntil(() => model.answered >= SOUND_DOCUMENTS * 2);
}

/** Every document has its first answer, and no more. */
async function stopAfterFirstCalls({ model, options, documents }: Scene): Promise<RecordedOptions> {
  const stop = new AbortController();
  model.script = async () => {
    await turnsUntil(() => model.served.length >= documents);
    stop.abort();
    return undefined;
  };
  expect(await errorOf(refineFiles({ ...options, stop: stop.signal }))).toMatchObject({ code: 'ERR_ABORTED' });
  expect(model.served.length).toBe(documents);
  return options;
}

async function turnsUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** A document is lost with the code of its fault, keeps the version it had, or stays as it came. */
function checkFate(
  options: RecordedOptions,
  { isHere, isImproved = false, elsewhere }: Point,
  document: number,
  { fault, times }: Befalling,
  isTimed: boolean,
): void {
  const id = `doc-${document}`;
  const code = LOSING[fault];
  const letter = lettersOf(options).find((each) => each['id'] === id);
  const row = readRows(options.output).find((each) => each['id'] === id);
  // One retry is left for a fault that happens once, unless it was used up before, or the fault is final for its document.
  const isFinal = times === Infinity || fault === 'request' || elsewhere !== undefined;
  if (code !== undefined && isFinal && !isImproved) expect(letter).toMatchObject({ code });
  else if (isTimed && !isFinal)
    return; // Its other calls may have been late.
  else if (code !== undefined)
    expect(row).toMatchObject({ accepted: true, stopped: isFinal ? 'failed' : 'iterations' });
  // Its answers are rejected and the prompts after them asked, of which one may be sound.
  else expect(row).toMatchObject({ accepted: isImproved || times === 1 || isHere !== always });
}
