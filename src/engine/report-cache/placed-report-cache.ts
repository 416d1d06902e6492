import { fingerprintOf } from '../../cache/fingerprint.js';
import { Hasher } from '../../cache/hasher.js';
import { KeyMaker } from '../../cache/key.js';
import type { Key } from '../../cache/tier.js';
import type { Kernel } from '../../workers/kernel-host.js';
import type { CacheCounts, ReportCache } from '../../workers/report-cache.js';
import { NAMESPACE, STAGE, settingsOf } from './report-key.js';
import type { ReportTiers } from './report-tiers.js';

/** The cache of the texts in one kernel's memory, which are hashed where they stand. */
export class PlacedReportCache implements ReportCache {
  readonly bytesMin: number;
  readonly #tiers: ReportTiers;
  readonly #keys: KeyMaker;
  readonly #slots: number;
  #missed: Key | undefined;

  /** @param measures - a `measureRow`, by which the kernel measures. */
  constructor(tiers: ReportTiers, bytesMin: number, kernel: Kernel, measures: Float64Array) {
    const { memory, hashAddress } = kernel.exports;
    this.bytesMin = bytesMin;
    this.#tiers = tiers;
    this.#slots = kernel.reportSlots;
    const hasher = new Hasher(tiers.secret, { memory, scratchAddress: hashAddress() >>> 0 });
    this.#keys = new KeyMaker(hasher, NAMESPACE, STAGE, fingerprintOf(settingsOf(measures)));
  }

  find(address: number, bytes: number, report: Float64Array): boolean {
    this.#missed = undefined;
    try {
      const key = this.#keys.at(address, bytes);
      const found = this.#tiers.find(key);
      if (found instanceof Float64Array && found.length === this.#slots) {
        report.set(found);
        return true;
      }
      this.#missed = key;
    } catch {
      // A cache that fails is no reason for a run to fail: the text is measured.
    }
    return false;
  }

  store(report: Float64Array): void {
    const key = this.#missed;
    this.#missed = undefined;
    if (key === undefined) return;
    try {
      this.#tiers.store(key, report.slice(0, this.#slots));
    } catch {
      // Likewise.
    }
  }

  takeCounts(): CacheCounts {
    return this.#tiers.takeCounts();
  }
}
