/** A character that has to be there, any one character, or any number of them. */
type Token =
  { readonly kind: 'literal'; readonly character: string } | { readonly kind: 'one' } | { readonly kind: 'many' };

/**
 * A pattern over names: `*` stands for any number of characters, `?` for one, and a backslash takes the special meaning from
 * the character behind it. Upper and lower case differ; a character is a code point.
 *
 * @returns whether a name matches, in time proportional to the product of the lengths: no pattern is slow on purpose.
 */
export function wildcard(pattern: string): (name: string) => boolean {
  const tokens = tokensOf(pattern);
  return (name) => matches(tokens, [...name]);
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    const escaped = character === '\\' ? characters[at + 1] : undefined;
    if (escaped !== undefined) {
      tokens.push({ kind: 'literal', character: escaped });
      at++;
    } else if (character === '*') tokens.push({ kind: 'many' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else tokens.push({ kind: 'literal', character });
  }
  return tokens;
}

/** Greedy: where the rest does not match, the last `*` takes one character more; an earlier one never has to. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let [token, at] = [0, 0];
  let [retryToken, retryAt] = [-1, 0];
  while (at < name.length) {
    const expected = tokens[token];
    if (expected?.kind === 'many') {
      [retryToken, retryAt] = [++token, at];
    } else if (expected !== undefined && (expected.kind === 'one' || expected.character === name[at])) {
      token++;
      at++;
    } else if (retryToken >= 0) {
      token = retryToken;
      at = ++retryAt;
    } else return false;
  }
  return tokens.slice(token).every(({ kind }) => kind === 'many');
}
