/** Comparing bytes of the text with ASCII literals. */

/** Whether the bytes at the address are those of the literal; as many must be there to read. */
export function isAt(address: usize, ascii: string): bool {
  for (let index = 0; index < ascii.length; index++) {
    if (load<u8>(address + <usize>index) != <u8>ascii.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether the bytes in [start, end) begin with the literal. */
export function startsWith(start: usize, end: usize, prefix: string): bool {
  return end - start >= <usize>prefix.length && isAt(start, prefix);
}

/** Whether the bytes in [start, end) end with the literal. */
export function endsWith(start: usize, end: usize, suffix: string): bool {
  return end - start >= <usize>suffix.length && isAt(end - <usize>suffix.length, suffix);
}
