import { FILTER_NAMES, FILTER_REASONS, FILTER_STATS, type FilterName } from '../core/filters.js';
import { REJECTION_COUNT } from './kernel/rejections.js';
import * as slots from './kernel/report-slots.js';
import {
  FIELD_ALTERNATIVES,
  FIELD_BYTES,
  FIELD_CHOICE,
  FIELD_KIND,
  FIELD_LENGTH,
  FIELD_LITERAL,
  FIELD_NUMBER,
  FIELD_SLOT,
} from './kernel/row-template.js';

/** A piece of a report's row: a literal and perhaps the number behind it, or one of several literals by a number. */
interface Field {
  readonly kind: number;
  readonly literal: string;
  readonly slot: number;
  readonly alternatives: number;
}

/**
 * The template by which the kernel writes a report as JSON: the same names in the same order as the library's reports have.
 *
 * @param reportSlots - how much a report has: `ENTROPY_SLOTS`, `REPORT_SLOTS` or `STATS_SLOTS`.
 */
export function rowTemplate(reportSlots: number): Uint8Array {
  const fields = [
    literal('{"schema":1,"id":'),
    ...countFields(),
    ...(reportSlots > slots.ENTROPY_SLOTS ? completeFields(reportSlots >= slots.STATS_SLOTS) : []),
    number(',"replaced":', slots.SLOT_REPLACED),
  ];
  const template = new Uint8Array(fields.length * FIELD_BYTES);
  fields.forEach((field, index) => {
    writeField(template, index * FIELD_BYTES, field);
  });
  return template;
}

/** For each reason of rejection the field that a row gets; none at 0, and the expression's, which is the run's, left empty. */
export function rejectionFields(): Uint8Array {
  const reasons = FILTER_NAMES.flatMap((filter) => FILTER_REASONS[filter].map((reason) => ({ filter, reason })));
  const fields = new Uint8Array(REJECTION_COUNT * FIELD_BYTES);
  reasons.forEach((rejection, index) => {
    writeField(fields, (index + 1) * FIELD_BYTES, literal(rejectedField(rejection.filter, rejection.reason)));
  });
  return fields;
}

/** What is added to a rejected row, behind its other fields. */
export function rejectedField(filter: string, reason: string): string {
  return `,"rejected":${JSON.stringify({ filter, reason })}`;
}

function countFields(): Field[] {
  return [
    number(',"bytes":', slots.SLOT_BYTES),
    number(',"chars":', slots.SLOT_CHARS),
    number(',"words":', slots.SLOT_WORDS),
    number(',"tokens":', slots.SLOT_TOKENS),
    number(',"distinctTokens":', slots.SLOT_DISTINCT_TOKENS),
    number(',"lines":', slots.SLOT_LINES),
    number(',"paragraphs":', slots.SLOT_PARAGRAPHS),
    number(',"sentences":', slots.SLOT_SENTENCES),
    number(',"entropy":{"char":', slots.SLOT_ENTROPY_CHAR),
    number(',"token":', slots.SLOT_ENTROPY_TOKEN),
    number(',"sentence":', slots.SLOT_ENTROPY_SENTENCE),
    number(',"evenness":', slots.SLOT_EVENNESS),
    number(',"redundancy":', slots.SLOT_REDUNDANCY),
    number(',"aggregate":', slots.SLOT_AGGREGATE),
    literal('}'),
  ];
}

function completeFields(hasStats: boolean): Field[] {
  return [
    number(',"readability":{"fleschReadingEase":', slots.SLOT_READING_EASE),
    number(',"fleschKincaidGrade":', slots.SLOT_KINCAID_GRADE),
    number('},"coherence":', slots.SLOT_COHERENCE),
    number(',"documentation":{"completeness":', slots.SLOT_COMPLETENESS),
    number(',"clarity":', slots.SLOT_CLARITY),
    number(',"consistency":', slots.SLOT_CONSISTENCY),
    number(',"accuracy":', slots.SLOT_ACCURACY),
    number(',"overall":', slots.SLOT_OVERALL),
    number('},"miair":', slots.SLOT_MIAIR),
    literal(',"filters":{'),
    ...FILTER_NAMES.flatMap((filter, index) => [
      ...verdictFields(filter, slots.SLOT_VERDICTS + index, index === 0 ? '' : ','),
      ...(hasStats ? statFields(filter) : []),
      literal('}'),
    ]),
    literal('}'),
  ];
}

/** The verdict in full, once for each that the filter can give, up to where its statistics may follow. */
function verdictFields(filter: FilterName, slot: number, comma: string): Field[] {
  const reasons = [null, ...FILTER_REASONS[filter]];
  const verdicts = reasons.map((reason) => {
    const verdict = JSON.stringify({ keep: reason === null, reason }).slice(0, -1);
    return literal(`${comma}"${filter}":${verdict}`);
  });
  return [{ kind: FIELD_CHOICE, literal: '', slot, alternatives: verdicts.length }, ...verdicts];
}

function statFields(filter: FilterName): Field[] {
  const first = FIRST_STATS[filter];
  const stats = FILTER_STATS[filter].map((name, index) =>
    number(`${index === 0 ? ',"stats":{' : ','}"${name}":`, first + index),
  );
  return [...stats, literal('}')];
}

const FIRST_STATS: Readonly<Record<FilterName, number>> = {
  gopher_quality: slots.SLOT_GOPHER_QUALITY_STATS,
  gopher_repetition: slots.SLOT_GOPHER_REPETITION_STATS,
  c4_quality: slots.SLOT_C4_QUALITY_STATS,
  fineweb_quality: slots.SLOT_FINEWEB_QUALITY_STATS,
};

function literal(text: string): Field {
  return { kind: FIELD_LITERAL, literal: text, slot: 0, alternatives: 0 };
}

function number(key: string, slot: number): Field {
  return { kind: FIELD_NUMBER, literal: key, slot, alternatives: 0 };
}

function writeField(template: Uint8Array, at: number, { kind, literal, slot, alternatives }: Field): void {
  const view = new DataView(template.buffer, at, FIELD_BYTES);
  const { written } = new TextEncoder().encodeInto(literal, template.subarray(at, at + FIELD_LENGTH));
  view.setUint32(FIELD_LENGTH, written, true);
  view.setUint32(FIELD_SLOT, slot, true);
  view.setUint32(FIELD_KIND, kind, true);
  view.setUint32(FIELD_ALTERNATIVES, alternatives, true);
}
