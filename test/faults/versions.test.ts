/**
 * Proves that a version whose comparison ends its worker, keeps it busy for ever or breaks it costs nobody but itself, as one does
 * that cannot be scored: it is tried twice, then its call is rejected, and those beside it are judged as ever; and that a run of
 * refinement leaves the document as it was and goes on. The workers fail on cue: in the version when it is scored, in the original
 * when they are compared.
 */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/options.js';
import type { Version } from '../../src/engine/documents/version-document.js';
import { GUARD_DEFAULTS } from '../../src/refine/guards/options.js';
import { documentOf } from '../../src/refine/mock/answers.js';
import type { Provider } from '../../src/refine/providers/provider.js';
import type { RefinedRow } from '../../src/refine/row.js';
import { FAULTY_WORKER, engineOf, threadsOf } from '../support/faults.js';
import { errorOf } from '../support/outcomes.js';
import { Scratch } from '../support/scratch.js';

const scratch = new Scratch();

async function withFaults<T>(options: EngineOptions, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = engineOf(FAULTY_WORKER, options);
  try {
    return await work(engine);
  } finally {
    await engine.close({ drain: false });
  }
}

function version(id: number, original: string, text = `Version number ${id} says what the original said.`): Version {
  return { id, text, original, guards: GUARD_DEFAULTS };
}

/** An original that every version above has too little of. */
const UNLIKE = 'Ships, bells and ropes fill the harbour while gulls cry above grey water and nobody speaks.';
const LOST = 'meaning';

async function outcomesOf(
  calls: readonly Promise<{ objection: { reason: string } | undefined }>[],
): Promise<unknown[]> {
  return Promise.all(calls.map((call) => call.then(({ objection }) => objection?.reason, codeOf)));
}

function codeOf(error: { code?: unknown }): unknown {
  return error.code;
}

describe('a comparison', () => {
  it.each([
    ['ends its worker', 'FAULT:exit', {}, 'ERR_WORKER_CRASHED', 2],
    ['never ends', 'FAULT:hang', { workerTimeoutMs: 300 }, 'ERR_WORKER_TIMEOUT', 2],
    ['throws', 'FAULT:trap', {}, 'ERR_OUT_OF_MEMORY', 0],
  ] as const)('that %s rejects its call, and no other', async (_, cue, options, code, restarts) => {
    await withFaults({ ...options, batchBytes: 64 * 1024 }, async (engine) => {
      const calls = [0, 1, 2, 3, 4].map((id) => engine.scoreVersion(version(id, id === 2 ? cue : UNLIKE)));
      expect(await outcomesOf(calls)).toEqual([LOST, LOST, code, LOST, LOST]);
      expect(engine.stats()).toMatchObject({ documents: 5, failed: 1, restarts, waitingBytes: 0 });
    });
  });

  it('is not made of a version that ends its worker when it is scored', async () => {
    await withFaults({}, async (engine) => {
      const calls = [version(0, UNLIKE), version(1, 'FAULT:hang', 'FAULT:exit')].map((each) =>
        engine.scoreVersion(each),
      );
      expect(await outcomesOf(calls)).toEqual([LOST, 'ERR_WORKER_CRASHED']);
    });
  });

  it('is made again after its worker died once through no fault of its own', async () => {
    await withFaults({}, async (engine) => {
      const cue = `${UNLIKE} FAULT:once=${scratch.fresh('.marker')}`;
      const guards = { ...GUARD_DEFAULTS, numbersLostMax: null }; // those of the path
      const calls = [version(0, UNLIKE), { ...version(1, cue), guards }].map((each) => engine.scoreVersion(each));
      expect(await outcomesOf(calls)).toEqual([LOST, LOST]);
      expect(engine.stats()).toMatchObject({ failed: 0, restarts: 1 });
    });
  });

  it('does not keep a call that is aborted', async () => {
    await withFaults({ workers: 1 }, async (engine) => {
      const controller = new AbortController();
      const call = engine.scoreVersion(version(0, 'FAULT:hang'), { signal: controller.signal });
      setTimeout(() => {
        controller.abort();
      }, 50);
      expect((await errorOf(call)).code).toBe('ERR_ABORTED');
    });
  });
});

describe('a run of refinement', () => {
  it('leaves a document as it was whose version ends the worker, and betters those beside it', async () => {
    const plain = 'the pump of the greenhouse runs for some minutes in the morning when it is dry and nobody is there';
    const documents = [0, 1, 2].map((id) => ({ id, text: `number ${id}: ${plain}` }));
    const provider: Provider = {
      name: 'scripted',
      call: ({ user }) => {
        const { tag, text } = documentOf(user);
        const cue = text.startsWith('number 1') ? ' FAULT:exit' : '';
        const better = `# The pump\n\n## Overview\n\n${text}.${cue}\n\n## Example\n\nFor example, it is dry in the morning.\n`;
        const answer = {
          text: `<${tag}>\n${better}</${tag}>`,
          finish: 'stop',
          usage: undefined,
          limits: undefined,
        } as const;
        return Promise.resolve(answer);
      },
      close: () => Promise.resolve(),
    };
    await withFaults({}, async (engine) => {
      const rows: RefinedRow[] = [];
      for await (const row of engine.refine(documents, { providers: [{ provider, model: 'm' }], iterations: 1 })) {
        if ('error' in row) throw row.error;
        rows.push(row);
      }
      expect(rows.map(({ id, accepted }) => [id, accepted])).toEqual([
        [0, true],
        [1, false],
        [2, true],
      ]);
      expect(rows[1]).toMatchObject({
        text: documents[1]!.text,
        steps: [{ outcome: 'unscored', reason: 'ERR_WORKER_CRASHED' }],
      });
    });
  });

  it('loses nothing to a worker that is killed from outside', async () => {
    await threadsOf(async (threads) => {
      await withFaults({ workers: 2 }, async (engine) => {
        const calls = Array.from({ length: 200 }, (_, id) =>
          engine.scoreVersion(version(id, UNLIKE, `FAULT:busy=1 is version ${id}.`)),
        );
        await Promise.race(calls);
        await threads[0]?.terminate();
        expect(await outcomesOf(calls)).toEqual(Array<unknown>(200).fill(LOST));
        expect(engine.stats()).toMatchObject({ failed: 0, restarts: 1 });
      });
    });
  });
});
