import type { Entry, Key } from './tier.js';

/** A look-up that waits for a slow tier. */
export interface Read {
  /** Whether what is found may be copied upwards: the key has not been changed since. */
  readonly isCurrent: boolean;
}

interface SharedRead extends Read {
  readonly key: Key;
  isCurrent: boolean;
  entry: Promise<Entry | undefined>;
}

const NOT_ASKED = Promise.resolve(undefined);

/** Look-ups under way: one for a key, whoever asks; none outlives a change of its key. */
export class Reads {
  readonly #byDigest = new Map<string, SharedRead>();
  #joinedHits = 0;

  /** Hits that another's look-up brought. */
  get joinedHits(): number {
    return this.#joinedHits;
  }

  /** The look-up under way for the same content. */
  under(key: Key): Promise<Entry | undefined> | undefined {
    if (this.#byDigest.size === 0) return undefined;
    const read = this.#byDigest.get(key.digest);
    return read?.key.check() === key.check() ? this.#join(read) : undefined;
  }

  /** Begins a look-up that others may join; `find` never rejects. */
  share(key: Key, find: (read: Read) => Promise<Entry | undefined>): Promise<Entry | undefined> {
    // Other content of the same digest looks alone, and what it finds stays where it is.
    const isFirst = !this.#byDigest.has(key.digest);
    const read: SharedRead = { key, isCurrent: isFirst, entry: NOT_ASKED };
    read.entry = find(read);
    if (!isFirst) return read.entry;
    this.#byDigest.set(key.digest, read);
    return this.#finish(read);
  }

  /** What is found is not to be copied upwards, and who asks from now on looks anew: the key has been changed. */
  detach(digest: string): void {
    if (this.#byDigest.size === 0) return;
    const read = this.#byDigest.get(digest);
    if (read === undefined) return;
    read.isCurrent = false;
    this.#byDigest.delete(digest);
  }

  detachAll(): void {
    for (const digest of this.#byDigest.keys()) this.detach(digest);
  }

  async #join(read: SharedRead): Promise<Entry | undefined> {
    const entry = await read.entry;
    if (entry !== undefined) this.#joinedHits++;
    return entry;
  }

  async #finish(read: SharedRead): Promise<Entry | undefined> {
    try {
      return await read.entry;
    } finally {
      if (this.#byDigest.get(read.key.digest) === read) this.#byDigest.delete(read.key.digest);
    }
  }
}
