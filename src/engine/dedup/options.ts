/** What is taken for a repeated document: `exact` is one with the same text. */
export const DEDUPS = ['exact'] as const;
export type Dedup = (typeof DEDUPS)[number];

const MIB = 1024 * 1024;

export const DEDUP_BYTES = 1024 * MIB;
export const DEDUP_BYTES_MIN = MIB;
/** Ids are found by 32 bits. */
export const DEDUP_BYTES_LIMIT = 4096 * MIB - MIB;
