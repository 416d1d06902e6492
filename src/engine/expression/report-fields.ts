import { MillraceError } from '../../core/errors.js';
import { compileExpression, type FieldReader, type NumberOf, type Predicate } from '../../core/expression/compile.js';
import type { ExpressionNode } from '../../core/expression/nodes.js';
import { FILTER_NAMES, FILTER_STATS, type FilterName } from '../../core/filters.js';
import type { CountsReport, Report } from '../../core/report.js';

/** A report of any kind. A field that is not there is null, and the `keep` of a filter that is not there false. */
export type AnyReport = CountsReport & Partial<Report>;

/** Compiles an expression to a decision on reports. */
export function compileForReports(node: ExpressionNode): Predicate<AnyReport> {
  return compileExpression(node, REPORT_FIELDS);
}

type ReadNumber = (report: AnyReport) => number | null | undefined;

const NUMBERS: ReadonlyMap<string, ReadNumber> = new Map<string, ReadNumber>([
  ['bytes', (report) => report.bytes],
  ['chars', (report) => report.chars],
  ['words', (report) => report.words],
  ['tokens', (report) => report.tokens],
  ['distinctTokens', (report) => report.distinctTokens],
  ['lines', (report) => report.lines],
  ['paragraphs', (report) => report.paragraphs],
  ['sentences', (report) => report.sentences],
  ['replaced', (report) => report.replaced ?? 0],
  ['entropy.char', (report) => report.entropy.char],
  ['entropy.token', (report) => report.entropy.token],
  ['entropy.sentence', (report) => report.entropy.sentence],
  ['entropy.evenness', (report) => report.entropy.evenness],
  ['entropy.redundancy', (report) => report.entropy.redundancy],
  ['entropy.aggregate', (report) => report.entropy.aggregate],
  ['readability.fleschReadingEase', (report) => report.readability?.fleschReadingEase],
  ['readability.fleschKincaidGrade', (report) => report.readability?.fleschKincaidGrade],
  ['coherence', (report) => report.coherence],
  ['documentation.completeness', (report) => report.documentation?.completeness],
  ['documentation.clarity', (report) => report.documentation?.clarity],
  ['documentation.consistency', (report) => report.documentation?.consistency],
  ['documentation.accuracy', (report) => report.documentation?.accuracy],
  ['documentation.overall', (report) => report.documentation?.overall],
  ['miair', (report) => report.miair],
  ...FILTER_NAMES.flatMap(stats),
]);

const FILTERS_OF_KEEP = filtersOf('keep');
const FILTERS_OF_REASON = filtersOf('reason');

/** Reads fields out of reports. */
export const REPORT_FIELDS: FieldReader<AnyReport> = {
  number(path): NumberOf<AnyReport> {
    const read = known(NUMBERS, path);
    return (report) => read(report) ?? NaN;
  },
  boolean(path) {
    const filter = known(FILTERS_OF_KEEP, path);
    return (report) => report.filters?.[filter].keep === true;
  },
  textIs(path, text) {
    const filter = known(FILTERS_OF_REASON, path);
    return (report) => (report.filters?.[filter].reason ?? null) === text;
  },
};

function stats(filter: FilterName): [string, ReadNumber][] {
  return FILTER_STATS[filter].map((stat) => [`filters.${filter}.stats.${stat}`, statOf(filter, stat)]);
}

function statOf(filter: FilterName, stat: string): ReadNumber {
  return (report) => {
    const found: Readonly<Record<string, number | null>> | undefined = report.filters?.[filter].stats;
    return found?.[stat];
  };
}

function filtersOf(what: 'keep' | 'reason'): ReadonlyMap<string, FilterName> {
  return new Map(FILTER_NAMES.map((filter) => [`filters.${filter}.${what}`, filter]));
}

function known<V>(table: ReadonlyMap<string, V>, path: string): V {
  const found = table.get(path);
  if (found === undefined) throw new MillraceError('ERR_INTERNAL', `a report has no field ${path} of that type`);
  return found;
}
