/** Which documents are rejected: by the first filter that drops them, of those that were asked for, or by an expression. */
import { SLOT_VERDICTS } from './report-slots';
import { valueOf } from './report-values';
import {
  BEFORE_C4_QUALITY,
  BEFORE_FINEWEB_QUALITY,
  BEFORE_GOPHER_QUALITY,
  BEFORE_GOPHER_REPETITION,
  FILTER_COUNT,
  REJECTION_BY_EXPRESSION,
  REJECTION_COUNT,
} from './rejections';

/** Set by the host: a bit for each filter that rejects, in the order of the verdicts. */
let filters: u32 = 0;
let hasExpression: bool = false;

/** How many rows were rejected for each reason, u32 each; the host reads and clears them. */
const COUNTS: usize = memory.data(REJECTION_COUNT << 2, 16);

/** Says which filters reject, and whether the host decides on the documents that they keep. */
export function configureRejection(filterBits: u32, expression: bool): void {
  filters = filterBits;
  hasExpression = expression;
}

export function rejectionCountsAddress(): usize {
  return COUNTS;
}

export function expressionDecides(): bool {
  return hasExpression;
}

/** The number of the reason for which a filter rejects the document that was measured last; 0 when none does. */
export function filterRejection(): u32 {
  for (let filter: i32 = 0; filter < FILTER_COUNT; filter++) {
    if (((filters >> filter) & 1) == 0) continue;
    const reason = <u32>valueOf(SLOT_VERDICTS + filter);
    if (reason != 0) return reasonsBefore(filter) + reason;
  }
  return 0;
}

export function rejectionByExpression(): u32 {
  return REJECTION_BY_EXPRESSION;
}

export function countRejection(rejection: u32): void {
  const counter = COUNTS + ((<usize>rejection) << 2);
  store<u32>(counter, load<u32>(counter) + 1);
}

function reasonsBefore(filter: i32): u32 {
  if (filter == 0) return BEFORE_GOPHER_QUALITY;
  if (filter == 1) return BEFORE_GOPHER_REPETITION;
  return filter == 2 ? BEFORE_C4_QUALITY : BEFORE_FINEWEB_QUALITY;
}
