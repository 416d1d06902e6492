/** One to eight bytes as a word, lowest first; nothing behind them is read, since memory may end there. */
export function loadFew(address: usize, bytes: usize): u64 {
  let word: u64 = 0;
  for (let index: usize = 0; index < bytes; index++) {
    word |= (<u64>load<u8>(address + index)) << (<u64>index * 8);
  }
  return word;
}
