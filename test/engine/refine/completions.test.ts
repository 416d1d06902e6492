/**
 * Proves that a call which several runs share ends with the run that made it, and that the others then make one of their own: with
 * a provider that answers only when the test says so; and that an answer without a call is told of whatever it is.
 */
import { expect, it } from 'vitest';
import { createCache } from '../../../src/cache/create-cache.js';
import { Completions, type Asked, type SharedAnswer } from '../../../src/engine/refine/completions.js';
import { Caller } from '../../../src/refine/caller/caller.js';
import type { Completion, Provider } from '../../../src/refine/providers/provider.js';
import type { Ask } from '../../../src/refine/refinement.js';
import { COMPLETION, targetOf } from '../../refine/caller/fake-provider.js';

const ASK: Ask = { kind: 'ask', iteration: 1, strategy: 's', system: 'system', user: 'user', maxTokens: 10 };

it('asks anew when the run that made the call is given up', async () => {
  const answers: ((completion: Completion) => void)[] = [];
  const provider: Provider = {
    name: 'held',
    call: () => new Promise((resolve) => answers.push(resolve)),
    close: () => Promise.resolve(),
  };
  await using cache = await createCache();
  const responses = cache.namespace('responses');
  const open = (): Completions =>
    new Completions(new Caller({ providers: [targetOf(provider)] }), responses, {
      provider: 'held',
      model: 'm',
      temperature: undefined,
    });
  const leaving = new AbortController();
  const place = { ordinal: 0, answers: 0, retriesBefore: 0 };
  const first = open().ask(ASK, { ...place, signal: leaving.signal });
  const second = open().ask(ASK, { ...place, signal: new AbortController().signal });
  const third = open().ask(ASK, { ...place, signal: new AbortController().signal });
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers.length).toBe(1);

  leaving.abort();
  await expect(first).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  while (answers.length < 2) await new Promise((resolve) => setImmediate(resolve));
  answers[1]!(COMPLETION);
  const told = await Promise.all([second, third]);
  expect(told.map(({ completion }) => completion?.text)).toEqual([COMPLETION.text, COMPLETION.text]);
  expect(told.map(({ isShared }) => isShared).sort()).toEqual([false, true]);
  expect(answers.length).toBe(2);
});

it('tells of an answer that another call was given, as it was, when it was cut off too', async () => {
  const provider: Provider = {
    name: 'cutting',
    call: () => Promise.resolve({ ...COMPLETION, finish: 'length' }),
    close: () => Promise.resolve(),
  };
  await using cache = await createCache();
  const told: SharedAnswer[] = [];
  const completions = new Completions(
    new Caller({ providers: [targetOf(provider)] }),
    cache.namespace('responses'),
    { provider: 'cutting', model: 'm', temperature: undefined },
    (answer) => void told.push(answer),
  );
  const { signal } = new AbortController();
  const ask = (ordinal: number): Promise<Asked> =>
    completions.ask(ASK, { ordinal, answers: 0, retriesBefore: 0, signal });

  const both = await Promise.all([ask(0), ask(1)]);
  expect(both.map(({ completion, isShared }) => [completion?.finish, isShared])).toEqual([
    ['length', false],
    ['length', true],
  ]);
  expect(told).toEqual([{ ordinal: 1, iteration: 0, completion: { text: COMPLETION.text, finish: 'length' } }]);
});
