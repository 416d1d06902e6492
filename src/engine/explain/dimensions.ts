/** The documentation profile taken apart: each dimension, its parts, and what would raise it. */
import type { MeasureSettings } from '../../core/measures.js';
import type { Report } from '../../core/report.js';
import type { PartValues } from '../../workers/report-parts.js';
import { PARTS, type Dimension, type PartDefinition, type PartFacts } from './parts.js';

/** One part of a dimension. */
export interface Part {
  readonly name: string;
  /** 0 to 1; `null` for a part that does not apply. */
  readonly value: number | null;
  /** In words; `null` for a part that does not apply. */
  readonly found: string | null;
}

/** A dimension of the documentation profile. */
export interface DimensionExplanation {
  readonly name: Dimension;
  /** The mean of the parts that apply; 0 for a text without a token, to which none does. */
  readonly value: number;
  /** Its weight in `documentation.overall`. */
  readonly weight: number;
  readonly parts: readonly Part[];
}

/** What would raise one part to 1. */
export interface Advice {
  readonly dimension: Dimension;
  readonly part: string;
  readonly advice: string;
  /** By how much `documentation.overall` would rise, all else being equal. */
  readonly gain: number;
}

/** The years before `asOf` that are recent as well. */
const RECENT_YEARS = 3;

const DIMENSIONS = ['completeness', 'clarity', 'consistency', 'accuracy'] as const satisfies readonly Dimension[];

export function explainDimensions(
  report: Report,
  values: PartValues,
  text: string,
  settings: MeasureSettings,
): { readonly dimensions: readonly DimensionExplanation[]; readonly advice: readonly Advice[] } {
  const facts: PartFacts = { text, report, recentFrom: settings.asOf - RECENT_YEARS };
  const each = DIMENSIONS.map((name) => {
    const weight = settings.weights[name];
    const parts = PARTS[name].map((definition, index) => {
      const value = report.tokens === 0 ? null : (values[name][index] ?? null);
      return { definition, value };
    });
    return { name, weight, parts };
  });
  const dimensions = each.map(({ name, weight, parts }) => ({
    name,
    value: report.documentation[name],
    weight,
    parts: parts.map(({ definition, value }) => ({
      name: definition.name,
      value,
      found: value === null ? null : definition.found(value, facts),
    })),
  }));
  const advice = each.flatMap(({ name, weight, parts }) => adviceFor(name, weight, parts, facts));
  return { dimensions, advice: advice.sort((left, right) => right.gain - left.gain) };
}

interface ValuedPart {
  readonly definition: PartDefinition;
  readonly value: number | null;
}

/** A dimension is the mean of the parts that apply, so each of them weighs as much as the others. */
function adviceFor(dimension: Dimension, weight: number, parts: readonly ValuedPart[], facts: PartFacts): Advice[] {
  const applying = parts.filter(({ value }) => value !== null).length;
  return parts.flatMap(({ definition, value }) => {
    if (value === null || value >= 1) return [];
    const gain = (weight * (1 - value)) / applying;
    return [{ dimension, part: definition.name, advice: definition.advice(value, facts), gain }];
  });
}
