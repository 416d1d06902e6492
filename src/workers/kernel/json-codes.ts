/**
 * What the reading of a row answers in numbers.
 *
 * Compiled twice: by AssemblyScript into the kernel, and by TypeScript for the host that asks it.
 */

/** Status of a row. An error in the JSON wins over the others. */
export const ROW_OK = 0;
export const ROW_INVALID = 1;
export const ROW_NOT_OBJECT = 2;
export const ROW_TEXT_MISSING = 3;
export const ROW_TEXT_NOT_STRING = 4;

/** Kind of a JSON value; `KIND_ABSENT` where a row has no such field. */
export const KIND_ABSENT = 0;
export const KIND_STRING = 1;
export const KIND_NUMBER = 2;
export const KIND_NULL = 3;
export const KIND_BOOLEAN = 4;
export const KIND_ARRAY = 5;
export const KIND_OBJECT = 6;

/** Kind of a row's id: a value of any other kind is no id. */
export const ID_NONE = 0;
export const ID_STRING = 1;
export const ID_NUMBER = 2;
