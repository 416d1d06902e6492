/** Runs of words that occur more than once. */
import { codePointsIn, wordsOf } from './units.js';

/** A run of words that occurs more than once. */
export interface RepeatedGram {
  readonly words: number;
  /** Length in code points, with one space between the words. */
  readonly chars: number;
  /** Positions among the words of the text with which the occurrences begin, ascending. Occurrences may overlap. */
  readonly positions: readonly number[];
}

/** The words of a text as numbers: the same word has the same number. */
export class WordList {
  readonly #ids: number[] = [];
  readonly #starts: number[] = [];
  readonly #texts: string[] = [];
  /** Code points of the words before each position. */
  readonly #charsBefore: number[] = [0];

  constructor(text: string) {
    const known = new Map<string, number>();
    for (const { text: word, at } of wordsOf(text)) {
      const id = known.get(word) ?? known.size;
      if (id === known.size) {
        known.set(word, id);
        this.#texts.push(word);
      }
      this.#ids.push(id);
      this.#starts.push(at);
      this.#charsBefore.push((this.#charsBefore.at(-1) ?? 0) + codePointsIn(word));
    }
  }

  /**
   * For each size from 2 to `sizeMax` the n-grams that occur more than once, in the order of their first occurrence.
   *
   * An n-gram repeats only where both (n−1)-grams in it do, so each size looks only at what the size before has left, and knows
   * it by a number: its first n−1 words are one number, its last word another.
   */
  *repeatedGrams(sizeMax: number): Generator<readonly RepeatedGram[], void> {
    let prefixes: ReadonlyMap<number, number> = new Map(this.#ids.entries());
    for (let size = 2; size <= sizeMax; size++) {
      const groups = this.#group(prefixes, size);
      yield groups.map((positions) => this.#gramOf(positions, size));
      prefixes = new Map(groups.flatMap((positions, id) => positions.map((position) => [position, id] as const)));
    }
  }

  /** Positions of the same n-gram together, where there are two or more; `prefixes` are the (n−1)-grams that repeat. */
  #group(prefixes: ReadonlyMap<number, number>, size: number): number[][] {
    const groups = new Map<number, number[]>();
    for (const [position, prefix] of prefixes) {
      const last = this.#ids[position + size - 1];
      if (last === undefined || (size > 2 && !prefixes.has(position + 1))) continue;
      const key = prefix * this.#texts.length + last;
      const positions = groups.get(key);
      if (positions === undefined) groups.set(key, [position]);
      else positions.push(position);
    }
    const repeated = [...groups.values()].filter((positions) => positions.length > 1);
    for (const positions of repeated) positions.sort((left, right) => left - right);
    return repeated.sort(([left = 0], [right = 0]) => left - right);
  }

  #gramOf(positions: readonly number[], size: number): RepeatedGram {
    const [first = 0] = positions;
    const chars = (this.#charsBefore[first + size] ?? 0) - (this.#charsBefore[first] ?? 0) + size - 1;
    return { words: size, chars, positions };
  }

  /** The words of an n-gram with one space between. */
  textOf({ words, positions: [first = 0] }: RepeatedGram): string {
    const ids = this.#ids.slice(first, first + words);
    return ids.map((id) => this.#texts[id] ?? '').join(' ');
  }

  /** UTF-16 unit of the text at which the word of that position begins. */
  startOf(position: number): number {
    return this.#starts[position] ?? 0;
  }
}
