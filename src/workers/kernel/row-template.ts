/**
 * The layout of the template that a report's row is written by; see `report-row.ts`.
 *
 * Compiled twice: by AssemblyScript into the kernel, and by TypeScript for the host that writes the template.
 */
export const FIELD_LENGTH = 80;
export const FIELD_SLOT = 84;
export const FIELD_KIND = 88;
export const FIELD_ALTERNATIVES = 92;
export const FIELD_BYTES = 96;

/** Kinds of field: a literal by itself, one before a number, and a choice among the literals that follow. */
export const FIELD_LITERAL = 0;
export const FIELD_NUMBER = 1;
export const FIELD_CHOICE = 2;

/** Bytes that a report takes at most, its id aside: some 3,000 of literals, and 93 numbers of up to 25. */
export const REPORT_ROW_BYTES_MAX = 8192;
