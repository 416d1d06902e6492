/** Random graphs of tasks with heavy-tailed sizes, for simulations and benchmarks. */

export interface RandomGraph {
  /** How long each task takes. */
  readonly sizes: readonly number[];
  /** The tasks that each depends on; all of them come before it. */
  readonly dependsOn: readonly (readonly number[])[];
}

/**
 * Sizes are Pareto of shape 1.2 (a fifth of the tasks is most of the work), cut off at `sizeMax` of the work of one of `slots`
 * threads. Each task depends on none to three others, near ones or any. Where the longest chain is more than half of a thread's
 * work, tasks are freed of their dependencies until it is not, unless `sizeMax` is infinite.
 */
export function randomGraph(random: () => number, nodes: number, slots: number, sizeMax: number): RandomGraph {
  const sizes = cutOff(
    Array.from({ length: nodes }, () => (1 - random()) ** (-1 / 1.2)),
    slots,
    sizeMax,
  );
  const isNear = random() < 0.5;
  const most = 1 + Math.floor(random() * 3);
  const dependsOn = sizes.map((_, index) => {
    const count = index === 0 ? 0 : Math.floor(random() * (most + 1));
    const reach = isNear ? Math.min(index, 50) : index;
    return [...new Set(Array.from({ length: count }, () => index - 1 - Math.floor(random() * reach)))];
  });
  if (sizeMax < Infinity) shorten({ sizes, dependsOn }, totalOf(sizes) / slots / 2);
  return { sizes, dependsOn };
}

/** What no schedule can beat: the longest chain, and the work if it is shared out evenly. */
export function lowerBound({ sizes, dependsOn }: RandomGraph, slots: number): number {
  return Math.max(longestChain({ sizes, dependsOn }), totalOf(sizes) / slots);
}

export function longestChain({ sizes, dependsOn }: RandomGraph): number {
  const ends: number[] = [];
  for (const [index, size] of sizes.entries()) {
    ends.push(size + Math.max(0, ...dependsOn[index]!.map((dependency) => ends[dependency]!)));
  }
  return Math.max(0, ...ends);
}

function cutOff(sizes: number[], slots: number, sizeMax: number): number[] {
  const limit = (sizeMax * totalOf(sizes)) / slots;
  const cut = sizes.map((size) => Math.min(size, limit));
  return cut.every((size) => size <= (sizeMax * totalOf(cut)) / slots) ? cut : cutOff(cut, slots, sizeMax);
}

/** Cuts every chain where it gets longer than `limit`. */
function shorten({ sizes, dependsOn }: { sizes: readonly number[]; dependsOn: number[][] }, limit: number): void {
  const ends: number[] = [];
  for (const [index, size] of sizes.entries()) {
    const begin = Math.max(0, ...dependsOn[index]!.map((dependency) => ends[dependency]!));
    if (begin + size > limit) dependsOn[index] = [];
    ends.push(size + (dependsOn[index]!.length === 0 ? 0 : begin));
  }
}

function totalOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
