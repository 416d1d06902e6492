/** Proves that invalidations remove what they name from every tier, and nothing else; pages are smaller than the tiers. */
import { describe, expect, it } from 'vitest';
import { errorOf } from '../support/outcomes.js';
import { stackOf } from './stack.js';

const NAMES = ['user:1:profile', 'user:22:profile', 'user:1:settings', 'team:1:profile', 'profile', 'user::profile'];

async function named(): Promise<ReturnType<typeof stackOf>> {
  const stack = stackOf();
  for (const name of NAMES) await stack.cache.set(stack.cache.named(name), name, { tags: name.split(/:+/) });
  return stack;
}

describe('by name', () => {
  it.each([
    ['user:*:profile', ['user:1:profile', 'user:22:profile', 'user::profile']],
    ['user:?:*', ['user:1:profile', 'user:1:settings']],
    ['profile', ['profile']],
    ['*', NAMES],
    ['nothing', []],
  ])('%s', async (pattern, removed) => {
    const stack = await named();
    stack.l1.entries.delete('user:1:profile');
    stack.l2.entries.delete('user:22:profile');
    expect(await stack.cache.invalidateNames(pattern)).toBe(removed.length);
    const left = NAMES.filter((name) => !removed.includes(name)).sort();
    expect([...stack.l3.entries.keys()].sort()).toEqual(left);
    for (const name of NAMES) {
      expect((await stack.cache.get(stack.cache.named(name)))?.value).toBe(left.includes(name) ? name : undefined);
    }
  });

  it('leaves entries of content alone', async () => {
    const stack = await named();
    await stack.cache.set(stack.cache.key('user:9:profile'), 'content');
    await stack.cache.invalidateNames('*');
    expect(stack.cache.get(stack.cache.key('user:9:profile'))).toMatchObject({ value: 'content' });
  });
});

describe('by tag', () => {
  it('removes what has the tag, wherever it is among others', async () => {
    const stack = await named();
    expect(await stack.cache.invalidateTag('profile')).toBe(5);
    expect(await stack.cache.invalidateTag('prof')).toBe(0);
    for (const tier of [stack.l1, stack.l2, stack.l3]) expect([...tier.entries.keys()]).toEqual(['user:1:settings']);
  });

  it('goes through more pages than one', async () => {
    const stack = stackOf();
    const entries = Array.from({ length: 1000 }, (_, index) => [stack.cache.named(`n${index}`), index] as const);
    for (const [key, value] of entries) await stack.cache.set(key, value, { tags: [`mod${value % 3}`] });
    expect(await stack.cache.invalidateTag('mod1')).toBe(333);
    for (const tier of [stack.l1, stack.l2, stack.l3]) expect(tier.entries.size).toBe(667);
  });
});

describe('what is no pattern or tag', () => {
  it('is refused', async () => {
    const { cache } = stackOf();
    expect((await errorOf(cache.invalidateTag(''))).message).toBe('tag must be a non-empty string, got ""');
    expect((await errorOf(cache.invalidateNames(1 as never))).message).toBe('pattern must be a string, got 1');
  });
});
