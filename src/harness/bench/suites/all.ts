import type { Suite } from '../suite.js';
import { CACHE_SUITE } from './cache.js';
import { JOBS_SUITE } from './jobs.js';
import { KERNEL_SUITE } from './kernel.js';
import { MEMORY_SUITE } from './memory.js';
import { REFINE_SUITE } from './refine.js';
import { SCALING_SUITE } from './scaling.js';
import { SCORE_SUITE } from './score.js';

/** Every suite, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  KERNEL_SUITE,
  SCORE_SUITE,
  CACHE_SUITE,
  JOBS_SUITE,
  REFINE_SUITE,
  SCALING_SUITE,
  MEMORY_SUITE,
];
