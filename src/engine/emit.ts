/**
 * What a row of output is: the report (of `refine`: the text with what was decided), the input row in its own form, or that row
 * with the report (the decisions) in one more field.
 */
export const EMITS = ['reports', 'rows', 'both'] as const;
export type Emit = (typeof EMITS)[number];
