/**
 * A sieve for what occurs more than once.
 *
 *   element ─ hash ─▶ slot, a byte: how many elements were noted there, up to 128
 *
 * Equal elements meet in one slot, so an element that is alone in its slot occurs once, and no element occurs more often than its
 * slot says. The few that repeat, or only share a slot, go to a table that is exact: most texts repeat little, and a table costs
 * several times as much for each element.
 */
import { clear, takeWork } from '../memory';
import { powerOfTwo } from './hashes';

/** From here on a slot no longer counts. */
export const SIEVE_COUNT_MAX: u32 = 128;

/** With so many slots for each element, one in twenty passes that occurs once. */
const SLOTS_PER_ELEMENT: u32 = 16;
const SLOTS_MIN: u32 = 64;
/** 4 MiB: the sieve of a huge document lets more pass rather than leave the caches for good. */
const SLOTS_MAX: u32 = 4 << 20;

/** The first slot. */
export let sieve: usize = 0;
/** A hash's upper bits are its slot, which is at `sieve + (hash >>> sieveShift)`. */
export let sieveShift: u64 = 0;

/** Makes an empty sieve for so many elements; it is taken as work. */
export function startSieve(elements: usize): void {
  const most = <u32>min<usize>(elements, <usize>(SLOTS_MAX / SLOTS_PER_ELEMENT));
  const slots = max(powerOfTwo(most * SLOTS_PER_ELEMENT + 1), SLOTS_MIN);
  sieve = takeWork(<usize>slots);
  sieveShift = 64 - <u64>ctz(slots);
  clear(sieve, <usize>slots);
}

/** Notes an element in the slot at an address; returns how many are there now. */
export function note(slot: usize): u32 {
  const before = <u32>load<u8>(slot);
  const now = before + 1 - (before >>> 7);
  store<u8>(slot, now);
  return now;
}

/** 4 when the slot at an address holds more than one element, else 0: by how much a list of u32 grows that takes what repeats. */
export function growthBy(slot: usize): usize {
  return (<usize>(load<u8>(slot) > 1)) << 2;
}
