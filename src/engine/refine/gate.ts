import { MEASURE_DEFAULTS } from '../../core/measures.js';
import { compileExpression, type FieldReader } from '../../core/expression/compile.js';
import { FILTER_NAMES } from '../../core/filters.js';
import type { Report } from '../../core/report.js';
import { numberReader } from '../../refine/fields.js';
import type { Gate } from '../../refine/plan.js';
import { parseExpression } from '../expression/parse.js';

/** Documents that are good enough by this are not sent to a model. */
export const GATE_DEFAULT = 'documentation.overall >= 0.6';

/**
 * Makes a gate of an expression over the report.
 *
 * @param option - what the text is called in messages.
 * @throws MillraceError `ERR_EXPRESSION`.
 */
export async function gateOf(text: string, option: string): Promise<Gate> {
  return compileExpression(await parseExpression(text, MEASURE_DEFAULTS, option), REPORT_FIELDS);
}

/** Reads fields out of reports. */
const REPORT_FIELDS: FieldReader<Report> = {
  number(path) {
    const read = numberReader(path);
    return (report) => read(report) ?? NaN;
  },
  boolean(path) {
    const verdict = verdictReader(path);
    return (report) => verdict(report).keep;
  },
  textIs(path, text) {
    const verdict = verdictReader(path);
    return (report) => verdict(report).reason === text;
  },
};

/** Booleans and texts of a report are those of a filter: `filters.c4_quality.reason`. */
function verdictReader(path: string): (report: Report) => { readonly keep: boolean; readonly reason: string | null } {
  const [, given] = path.split('.');
  const name = FILTER_NAMES.find((known) => known === given);
  if (name === undefined) throw new RangeError(`${path} is no field of a filter`);
  return ({ filters }) => filters[name];
}
