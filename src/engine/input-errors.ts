/** What an input may fail with without ending the run. */
export const INPUT_ERRORS: ReadonlySet<string> = new Set([
  'ERR_INPUT_CORRUPT',
  'ERR_INPUT_NOT_FOUND',
  'ERR_INPUT_UNREADABLE',
]);
