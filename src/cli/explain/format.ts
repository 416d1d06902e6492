import type { Explanation } from '../../engine/explain/explain.js';
import type { Drawing } from './drawing.js';
import { formatDimensions } from './format-dimensions.js';
import { formatFilters } from './format-filters.js';
import { formatHead } from './format-head.js';
import { formatRepeats } from './format-repeats.js';

/**
 * An explanation for a person: head, documentation profile, filters, repeats, with a blank line between.
 *
 * @param place - where the document was found.
 */
export function formatExplanation(explanation: Explanation, place: string, drawing: Drawing): string {
  const sections = [
    formatHead(explanation, place, drawing),
    formatDimensions(explanation, drawing),
    formatFilters(explanation, drawing),
    formatRepeats(explanation, drawing),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
