/** Proves that work is done one piece after the other, in the order asked for, with the answer of each out before the next begins. */
import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/workers/turns.js';

describe('turns', () => {
  it('are taken in order, each answered before the next begins', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const work = async (name: number): Promise<void> => {
      await turns.take();
      order.push(`work ${name}`);
      turns.pass();
    };
    await Promise.all([1, 2, 3].map((name) => work(name).then(() => order.push(`answer ${name}`))));
    expect(order).toEqual(['work 1', 'answer 1', 'work 2', 'answer 2', 'work 3', 'answer 3']);
  });

  it('can be taken at once when nobody has one', async () => {
    const turns = new Turns();
    for (let count = 0; count < 3; count++) {
      await turns.take();
      turns.pass();
    }
  });

  it('are not taken by one who comes while another has been promised the next', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const work = async (name: string): Promise<void> => {
      await turns.take();
      order.push(name);
      turns.pass();
    };
    const first = work('first');
    const second = work('second');
    await first;
    await Promise.all([work('late'), second]);
    expect(order).toEqual(['first', 'second', 'late']);
  });
});
