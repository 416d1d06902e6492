import { MillraceError } from '../../src/core/errors.js';
import type { Sink } from '../../src/io/sink.js';

/** A sink in memory that can be told to fail at its n-th write. */
export class MemorySink implements Sink {
  readonly writes: Uint8Array[] = [];
  state: 'open' | 'committed' | 'aborted' = 'open';

  constructor(readonly failAt = Infinity) {}

  async write(bytes: Uint8Array): Promise<void> {
    if (this.writes.length >= this.failAt) throw new MillraceError('ERR_OUTPUT_UNWRITABLE', 'full');
    this.writes.push(bytes);
  }

  async flush(): Promise<number> {
    return this.writes.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  async commit(): Promise<void> {
    this.state = 'committed';
  }

  async abort(): Promise<void> {
    this.state = 'aborted';
  }
}
