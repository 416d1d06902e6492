/** Reports of texts that have been measured before. It never throws: what goes wrong in it is a text that is not found. */
export interface ReportCache {
  /** Texts of fewer bytes are not asked for: measuring them costs less than looking them up and storing them. Integer. */
  readonly bytesMin: number;
  /**
   * Looks for the text at an address of the kernel's memory.
   *
   * @param report - gets the text's report, but for the number of replacements, when it is found.
   * @returns whether it is.
   */
  find(address: number, bytes: number, report: Float64Array): boolean;
  /** Stores the report of the text that was looked for last and not found; it still stands where it stood. */
  store(report: Float64Array): void;
  /** What has been found since the last call. */
  takeCounts(): CacheCounts;
}

/** Texts by the tier in which they were found, and those that were not found; the others were not looked for. */
export interface CacheCounts {
  readonly l1: number;
  readonly l2: number;
  readonly l3: number;
  readonly miss: number;
}

export const NO_CACHE_COUNTS: CacheCounts = Object.freeze({ l1: 0, l2: 0, l3: 0, miss: 0 });
