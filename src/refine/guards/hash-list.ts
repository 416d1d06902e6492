const FIRST_LENGTH = 1024;

/** Hashes for which room is kept: of all but outsized texts. */
const KEPT_LENGTH_MAX = 65_536;

/**
 * 32-bit hashes that are gathered first and then compared in order. Two sorted lists are compared in one pass, whatever they
 * hold; a hash table could be made to degrade by whoever writes the text.
 */
export class HashList {
  #hashes = new Int32Array(FIRST_LENGTH);
  #length = 0;

  push(hash: number): void {
    if (this.#length === this.#hashes.length) this.#grow();
    this.#hashes[this.#length++] = hash;
  }

  get length(): number {
    return this.#length;
  }

  /** Moves the hashes out in ascending order, repetitions among them. @param target - of as many slots. */
  moveSortedTo(target: Int32Array): Int32Array {
    for (let at = 0; at < this.#length; at++) target[at] = this.#hashes[at]!;
    target.sort();
    this.#length = 0;
    if (this.#hashes.length > KEPT_LENGTH_MAX) this.#hashes = new Int32Array(FIRST_LENGTH);
    return target;
  }

  #grow(): void {
    const larger = new Int32Array(this.#hashes.length * 2);
    larger.set(this.#hashes);
    this.#hashes = larger;
  }
}

/** How much of a list another one holds. */
export interface Containment {
  readonly held: number;
  readonly total: number;
}

/** Of the different hashes in `of`, how many are in `by`. Both sorted. */
export function distinctContained(of: Int32Array, by: Int32Array): Containment {
  return contained(of, by, true);
}

/** Of all hashes in `of`, how many are in `by`, however often they are there. Both sorted. */
export function allContained(of: Int32Array, by: Int32Array): Containment {
  return contained(of, by, false);
}

function contained(of: Int32Array, by: Int32Array, isDistinct: boolean): Containment {
  let held = 0;
  let total = 0;
  let there = 0;
  for (let at = 0; at < of.length; at++) {
    const hash = of[at]!;
    if (isDistinct && at > 0 && of[at - 1] === hash) continue;
    total++;
    while (there < by.length && by[there]! < hash) there++;
    if (there < by.length && by[there] === hash) held++;
  }
  return { held, total };
}
