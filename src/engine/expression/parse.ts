import type { MathNode } from 'mathjs/lib/browser/math.js';
import { MillraceError, messageOf } from '../../core/errors.js';
import type { FieldSettings } from '../../core/expression/fields.js';
import type { ExpressionNode } from '../../core/expression/nodes.js';
import { checkString } from '../../core/options.js';
import { ExpressionBuilder } from './build.js';
import { TokenReader, pictureOf } from './tokens.js';

/** In UTF-16 units. */
export const EXPRESSION_LENGTH_MAX = 4096;

/**
 * Reads a condition on a report, such as `documentation.overall >= 0.6 and words > 50`, and checks names and types.
 * `docs/expressions.md` has the language. mathjs is loaded by the first call, which takes 0.12 s.
 *
 * @param settings - what is measured; a field that is not is refused.
 * @param option - what the text is called in messages, such as `--keep-if`.
 */
export async function parseExpression(
  text: string,
  settings: FieldSettings,
  option = 'expression',
): Promise<ExpressionNode> {
  checkString(option, text);
  if (text.length > EXPRESSION_LENGTH_MAX) {
    const problem = `must have at most ${EXPRESSION_LENGTH_MAX} characters, got ${text.length}`;
    throw new MillraceError('ERR_EXPRESSION', `${option} ${problem}`);
  }
  const tokens = new TokenReader(text, option);
  if (tokens.next.kind === 'end') throw tokens.refuse('expected a condition such as words > 50, got nothing');
  const { default: math } = await import('mathjs/lib/browser/math.js');
  return new ExpressionBuilder(tokens, settings).build(treeOf(text, tokens, (source) => math.parse(source)));
}

/** The tree that mathjs makes. It takes a line break for the end of an expression, and we for a space. */
function treeOf(text: string, tokens: TokenReader, parse: (source: string) => MathNode): MathNode {
  try {
    return parse(text.replace(/\s/g, ' '));
  } catch (error) {
    if (error instanceof RangeError) throw tokens.refuseDepth(1);
    throw syntaxError(error, tokens);
  }
}

/** What mathjs says, and how we say it; it tells what it found in some cases only. */
const EXPECTATIONS: readonly (readonly [mathjs: string, expected: string])[] = [
  ['Value expected', 'expected a value'],
  ['Unexpected end of expression', 'expected a value'],
  ['Unexpected part', 'expected an operator'],
  ['Unexpected operator', 'expected an operator'],
  ['Parenthesis ) expected', 'expected an operator or )'],
  ['Parenthesis ] expected', 'expected ]'],
  ['Digit expected', 'expected a digit'],
  ['The true-expression', 'expected a value'],
  ['Property name expected after dot', 'expected a name'],
  ['False part of conditional expression expected', 'expected : and a value'],
];

/** mathjs says `Value expected (char 9)`, and has the 9 in `char`. */
function syntaxError(error: unknown, tokens: TokenReader): MillraceError {
  const [what = ''] = messageOf(error).split(' (char ');
  const column = error instanceof Error && 'char' in error && typeof error.char === 'number' ? error.char : 1;
  const token = tokens.at(column);
  const expected = EXPECTATIONS.find(([start]) => what.startsWith(start))?.[1] ?? what;
  return tokens.refuse(`${expected}, got ${pictureOf(token)}`, token.column);
}
