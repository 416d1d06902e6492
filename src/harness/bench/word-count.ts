/** `wc -w` in a UTF-8 locale on one core, where the machine has it: a number that everybody can repeat. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Clock } from '../../core/clock.js';

const run = promisify(execFile);

const LOCALES = ['C.UTF-8', 'en_US.UTF-8'];

/** Three words for whoever takes an ideographic space for what it is, two in another locale. */
const PROBE = 'three wörds\u3000here\n';

export class WordCount {
  readonly #program: string;
  readonly #locale: string;
  /** An empty file: what starting a process takes is taken off. */
  readonly #empty: string;

  /**
   * @param folder - for files of its own.
   * @returns undefined: the machine has no such program, or none that reads UTF-8.
   */
  static async find(folder: string, program = 'wc'): Promise<WordCount | undefined> {
    const [probe, empty] = [join(folder, 'probe.txt'), join(folder, 'empty.txt')];
    await writeFile(probe, PROBE);
    await writeFile(empty, '');
    for (const locale of LOCALES) {
      const found = new WordCount(program, locale, empty);
      if ((await found.count(probe).catch(() => undefined)) === 3) return found;
    }
    return undefined;
  }

  private constructor(program: string, locale: string, empty: string) {
    this.#program = program;
    this.#locale = locale;
    this.#empty = empty;
  }

  async count(file: string): Promise<number> {
    const { stdout } = await run(this.#program, ['-w', file], { env: { ...process.env, LC_ALL: this.#locale } });
    return Number.parseInt(stdout, 10);
  }

  /** Milliseconds for the words of a file, without those for starting the program; above 0. */
  async measure(file: string, clock: Clock): Promise<number> {
    const started = clock.monotonicMs();
    await this.count(this.#empty);
    const ready = clock.monotonicMs();
    await this.count(file);
    const ended = clock.monotonicMs();
    return Math.max(ended - ready - (ready - started), (ended - ready) / 100);
  }
}
