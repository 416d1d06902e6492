/** From the least urgent to the most. */
export const PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** The lane of each priority: its place in `PRIORITIES`. */
export const PRIORITY_LANES: Readonly<Record<Priority, number>> = Object.freeze({
  low: 0,
  normal: 1,
  high: 2,
  critical: 3,
});
