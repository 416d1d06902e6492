/** `wc -w` in a UTF-8 locale on one core: the unit of the budgets. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { DocumentSet } from './document-set.js';
import type { LoadedContestant } from './throughput.js';

/** Name of the contestant. */
export const WC = 'wc -w';

const LOCALES = ['C.UTF-8', 'en_US.UTF-8'];

/** Three words for whoever takes an ideographic space for what it is, two in another locale. */
const PROBE = 'three wörds\u3000here\n';

/** The word counter of this machine. */
export class Wc {
  readonly #locale: string;
  /** An empty file: what starting a process costs is taken off. */
  readonly #empty: string;

  /** @param folder - for a file of its own. */
  static find(folder: string): Wc | undefined {
    const probe = mkdtempSync(join(tmpdir(), 'millrace-wc-'));
    try {
      const file = join(probe, 'probe.txt');
      writeFileSync(file, PROBE);
      const locale = LOCALES.find((candidate) => wordsIn(file, candidate) === 3);
      return locale === undefined ? undefined : new Wc(locale, folder);
    } catch {
      return undefined;
    } finally {
      rmSync(probe, { recursive: true });
    }
  }

  private constructor(locale: string, folder: string) {
    this.#locale = locale;
    this.#empty = join(folder, 'empty.txt');
    writeFileSync(this.#empty, '');
  }

  countWords(file: string): number {
    return wordsIn(file, this.#locale);
  }

  contestant(set: DocumentSet): LoadedContestant {
    const file = set.textFile();
    return {
      name: WC,
      load: set.load,
      run: () => {
        const started = performance.now();
        this.countWords(this.#empty);
        const ready = performance.now();
        this.countWords(file);
        return { ms: performance.now() - ready - (ready - started) };
      },
    };
  }
}

function wordsIn(file: string, locale: string): number {
  const { error, status, stdout } = spawnSync('wc', ['-w', file], {
    env: { ...process.env, LC_ALL: locale },
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`wc -w ${file} failed (exit code ${status})`);
  return Number.parseInt(stdout, 10);
}
