/** Proves that providers of one protocol get different names, and that others keep theirs. */
import { expect, it } from 'vitest';
import { namedProviders } from '../../../src/engine/refine/named-providers.js';

it('numbers providers of one name from the second on', () => {
  const openai = { model: 'm', provider: { provider: 'openai' } } as const;
  const own = {
    model: 'm',
    provider: { name: 'own', call: () => Promise.reject(new Error('no')), close: () => Promise.resolve() },
  };
  const names = namedProviders([openai, { model: 'm', provider: 'rules' }, openai, own, openai]);
  expect(names.map(({ name }) => name)).toEqual(['openai', 'rules', 'openai-2', 'own', 'openai-3']);
});
