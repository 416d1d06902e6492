/**
 * The hash kernel's surface. The module imports its memory and keeps nothing in it: every function works on what the host names
 * by address, so one module hashes the scoring kernel's memory in place and the host's own.
 */
export { absorbBlocks, digest, finishDigest, mixContext, startDigest } from './murmur3';
export { absorbWords, check, finishCheck, startCheck } from './siphash';
export { encodeUnits } from './utf16';
