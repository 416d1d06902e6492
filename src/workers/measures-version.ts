/**
 * Of what a text's report is. Raised whenever any text gets a report with another number or verdict, with the same settings, or when
 * the slots of a report's row are laid out anew: reports that were stored before are not found then.
 */
export const MEASURES_VERSION = 1;
