/** Filters for guards that are exact, unless they are told to take a share of what is absent for present. */
import type { GuardFilter, FilterMaker } from '../../../src/cache/disk/disk-guard.js';

/** A filter that becomes useless with more than `room` digests. */
export function exactFilters(room = Infinity): FilterMaker & { readonly made: number[] } {
  const made: number[] = [];
  const filterOf = (digests: Set<string>): GuardFilter => ({
    add: (digest) => void digests.add(digest),
    mayContain: (digest) => digests.has(digest),
    get isUseless() {
      return digests.size > room;
    },
    noteFalsePositive: () => {},
    toBytes: () => Buffer.from(JSON.stringify([...digests])),
  });
  return {
    made,
    make: (entries) => {
      made.push(entries);
      return filterOf(new Set());
    },
    parse: (bytes) => filterOf(new Set(JSON.parse(Buffer.from(bytes).toString('utf8')) as string[])),
  };
}
