/** The passive voice: a form of "to be", white space, and a token that ends in `ed`. */
import { ED_END, hasMarks, nextMark } from '../marks';
import { SPACE, TOKEN_END, TOKEN_START } from '../masks';
import { hasBit, lastBit, lastClear } from '../units';

/** Bytes that the token in `ed` has at least. */
const PARTICIPLE_BYTES_MIN: usize = 3;

const LOWER: u64 = 0x2020202020202020;
const FORM_BYTES_MIN: usize = 2;
const FORM_BYTES_MAX: usize = 5;

/* The forms as the number of their lower-case bytes, the first the lowest. */
const AM: u64 = 0x6d61;
const BE: u64 = 0x6562;
const IS: u64 = 0x7369;
const ARE: u64 = 0x657261;
const WAS: u64 = 0x736177;
const BEEN: u64 = 0x6e656562;
const WERE: u64 = 0x65726577;
const BEING: u64 = 0x676e696562;

/** Counts the passives of the text. */
export function countPassives(text: usize, bytes: usize, masks: usize): u32 {
  if (!hasMarks(ED_END)) return 0;
  let total: u32 = 0;
  for (let end = nextMark(ED_END, 0, bytes + 1); end <= bytes; end = nextMark(ED_END, end + 1, bytes + 1)) {
    total += <u32>isPassive(text, masks, end);
  }
  return total;
}

function isPassive(text: usize, masks: usize, end: usize): bool {
  const start = lastBit(masks, TOKEN_START, end);
  if (end - start < PARTICIPLE_BYTES_MIN || start == 0 || !hasBit(masks, SPACE, start - 1)) return false;
  const before = lastClear(masks, SPACE, start); // the end of what stands before the white space
  return before != 0 && hasBit(masks, TOKEN_END, before) && endsWithForm(text, masks, before);
}

/** Whether the token that ends at `end` is a form of "to be". */
function endsWithForm(text: usize, masks: usize, end: usize): bool {
  const start = lastBit(masks, TOKEN_START, end);
  const length = end - start;
  if (length < FORM_BYTES_MIN || length > FORM_BYTES_MAX) return false;
  const token = (load<u64>(text + start) | LOWER) & (((<u64>1) << ((<u64>length) << 3)) - 1);
  if (length == 2) return token == IS || token == BE || token == AM;
  if (length == 3) return token == ARE || token == WAS;
  return token == BEEN || token == WERE || token == BEING;
}
