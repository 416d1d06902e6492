/**
 * Writes schema/report.schema.json: the JSON Schema (2020-12) of a report, which is a row of `millrace score`.
 *
 *   node scripts/build.js && node scripts/generate-report-schema.js
 *
 * The names of filters, reasons and statistics are those of src/core/filters.ts. A test validates real reports against the schema.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { FILTER_NAMES, FILTER_REASONS, FILTER_STATS } from '../dist/core/filters.js';

const OUTPUT = fileURLToPath(new URL('../schema/report.schema.json', import.meta.url));

/** What `measures: 'all'` adds: all of it or nothing. */
const COMPLETE = ['readability', 'coherence', 'documentation', 'miair', 'filters'];

const count = (description, minimum = 0) => ({ description, type: 'integer', minimum });
const number = (description) => ({ description, type: 'number' });
const positive = (description) => ({ description, type: 'number', minimum: 0 });
const nullable = (description) => ({ description, type: ['number', 'null'] });

await main();

async function main() {
  const options = { parser: 'json', printWidth: 120 };
  mkdirSync(fileURLToPath(new URL('../schema/', import.meta.url)), { recursive: true });
  writeFileSync(OUTPUT, await format(JSON.stringify(schema()), options));
}

function schema() {
  const counts = countProperties();
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:millrace:report:1',
    title: 'Report of Millrace',
    description:
      'A row of `millrace score`, and with `--emit both` its "report": counts and entropy (`--measures entropy`), the complete report, or that with statistics of the filters (`--stats`).',
    ...closed(
      { ...counts, ...completeProperties(), rejected: rejection() },
      Object.keys(counts).filter((name) => name !== 'replaced'),
    ),
    dependentRequired: Object.fromEntries(COMPLETE.map((name) => [name, COMPLETE.filter((other) => other !== name)])),
    $defs: Object.fromEntries(FILTER_NAMES.map((filter) => [filter, verdictOf(filter)])),
  };
}

function rejection() {
  return {
    description: 'Only in the file of `--rejected`: the filter that dropped the document, or keep-if, and why.',
    ...closed({ filter: { enum: [...FILTER_NAMES, 'keep-if'] }, reason: { type: 'string' } }),
  };
}

function countProperties() {
  return {
    schema: { description: 'The version of this form.', const: 1 },
    id: { description: 'As it came; without one `<file>:<line>` or `memory:<n>`.', type: ['string', 'number'] },
    bytes: count('UTF-8 bytes, after ill-formed parts were replaced.'),
    chars: count('Unicode code points.'),
    words: count('Maximal runs of code points that are no white space.'),
    tokens: count('Maximal runs of letters, marks, numbers and _; a Han or Kana code point is one by itself.'),
    distinctTokens: count('Different tokens, lower-cased.'),
    lines: count('Lines, ended by LF; a last one without LF counts.'),
    paragraphs: count('Maximal runs of lines that are not blank.'),
    sentences: count('Sentences.'),
    entropy: closed({
      char: positive('Over code points, in bits.'),
      token: positive('Over lower-cased tokens, in bits.'),
      sentence: positive('Over the lengths of sentences in words, in bits.'),
      evenness: nullable('token / log2(distinctTokens); null below 2 distinct tokens.'),
      redundancy: nullable('1 - char / log2(distinct code points); null for none.'),
      aggregate: positive('0.2·min(char/6, 1) + 0.5·min(token/12, 1) + 0.3·min(sentence/4, 1).'),
    }),
    replaced: count('Ill-formed parts replaced by U+FFFD; left out when there are none.', 1),
  };
}

function completeProperties() {
  return {
    readability: closed({
      fleschReadingEase: nullable('Flesch 1948; higher is easier.'),
      fleschKincaidGrade: nullable('Kincaid 1975; a school grade.'),
    }),
    coherence: nullable('Mean cosine similarity of neighbouring sections, 0 to 1; null for fewer than 2.'),
    documentation: closed({
      completeness: positive('0 to 1.'),
      clarity: positive('0 to 1.'),
      consistency: positive('0 to 1.'),
      accuracy: positive('0 to 1.'),
      overall: positive('The mean of the four by their weights.'),
    }),
    miair: number('100·(0.35·(1 - entropy.aggregate) + 0.35·coherence + 0.3·completeness).'),
    filters: {
      description: 'What each filter says; all with statistics, or none.',
      ...closed(Object.fromEntries(FILTER_NAMES.map((filter) => [filter, { $ref: `#/$defs/${filter}` }]))),
      oneOf: [
        { properties: Object.fromEntries(FILTER_NAMES.map((filter) => [filter, { required: ['stats'] }])) },
        { properties: Object.fromEntries(FILTER_NAMES.map((filter) => [filter, { not: { required: ['stats'] } }])) },
      ],
    },
  };
}

function verdictOf(filter) {
  return {
    ...closed(
      {
        keep: { type: 'boolean' },
        reason: { description: 'The first check that failed.', enum: [null, ...FILTER_REASONS[filter]] },
        stats: closed(Object.fromEntries(FILTER_STATS[filter].map((name) => [name, statistic(filter, name)]))),
      },
      ['keep', 'reason'],
    ),
    oneOf: [
      { properties: { keep: { const: true }, reason: { const: null } } },
      { properties: { keep: { const: false }, reason: { type: 'string' } } },
    ],
  };
}

/** A ratio or mean is null without a denominator; a count of repetitions is null where the filter did not get as far. */
function statistic(filter, name) {
  if (/_(ratio|frac)$|^mean_/.test(name)) return { type: ['number', 'null'], minimum: 0 };
  return { type: filter === 'gopher_repetition' ? ['integer', 'null'] : 'integer', minimum: 0 };
}

/** An object of these properties and no others. */
function closed(properties, required = Object.keys(properties)) {
  return { type: 'object', properties, required, additionalProperties: false };
}
