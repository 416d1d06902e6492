/** Proves how speed is measured, that a line drops what matters least, and that it is drawn ten times a second at most. */
import { describe, expect, it } from 'vitest';
import { ProgressLine } from '../../src/cli/progress-line.js';
import { fitLine, rateOf, slide } from '../../src/cli/progress.js';
import { Capture } from './fake-context.js';

interface State {
  readonly seconds: number;
  readonly documents: number;
}

function stateAt(seconds: number): State {
  return { seconds, documents: 1000 * seconds };
}

/** What a test's line says of a state. */
function format({ documents }: State, recent: readonly State[], width: number): string {
  const rate = rateOf(recent, (state) => state.documents);
  return fitLine(
    [{ text: `${documents} documents`, rank: 1 }, ...(rate === undefined ? [] : [{ text: `${rate}/s`, rank: 0 }])],
    width,
  );
}

describe('rateOf', () => {
  const documents = (state: State): number => state.documents;

  it('needs two states at different times', () => {
    expect(rateOf([], documents)).toBeUndefined();
    expect(rateOf([stateAt(1)], documents)).toBeUndefined();
    expect(rateOf([stateAt(1), stateAt(1)], documents)).toBeUndefined();
    expect(rateOf([stateAt(1), stateAt(3)], documents)).toBe(1000);
  });

  it('does not count what a resumed run starts with', () => {
    const first = { seconds: 0.1, documents: 1e6 };
    expect(rateOf([first, { seconds: 1.1, documents: 1e6 + 500 }], documents)).toBeCloseTo(500);
  });
});

describe('slide', () => {
  it('keeps the last five seconds, and the last state however old', () => {
    let states: readonly State[] = [];
    for (const seconds of [0, 1, 2, 3, 4, 5, 6]) states = slide(states, stateAt(seconds));
    expect(states.map(({ seconds }) => seconds)).toEqual([1, 2, 3, 4, 5, 6]);
    states = slide(states, stateAt(60));
    expect(states.map(({ seconds }) => seconds)).toEqual([6, 60]);
  });
});

describe('ProgressLine', () => {
  it('draws over itself, ten times a second at most, one column short of the width', () => {
    const stream = new Capture(true, 20);
    const clock = { nowMs: 0 };
    const line = new ProgressLine(stream, () => clock.nowMs, format);
    for (let call = 0; call < 1000; call++) {
      clock.nowMs = call; // One second, an update each millisecond.
      line.update({ documents: call, seconds: call / 1000 });
    }
    const drawn = stream.text.split('\r\x1b[K').slice(1);
    expect(drawn).toHaveLength(10);
    expect(drawn[0]).toBe('0 documents');
    expect(drawn[9]).toBe('900 documents');
    expect(drawn.every((text) => text.length < 20 && !text.includes('\n'))).toBe(true);
  });

  it('takes 80 columns where the terminal does not know its width', () => {
    const stream = new Capture(true, 0);
    new ProgressLine(stream, () => 0, format).update(stateAt(3));
    expect(stream.text).toBe('\r\x1b[K3000 documents');
  });

  it('is cleared once, and only when there is something', () => {
    const stream = new Capture(true);
    const line = new ProgressLine(stream, () => 0, format);
    line.clear();
    expect(stream.text).toBe('');
    line.update(stateAt(3));
    line.clear();
    line.clear();
    expect(stream.text).toBe('\r\x1b[K3000 documents\r\x1b[K');
  });
});
