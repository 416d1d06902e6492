import type { Strategy } from './strategy.js';

/** Gives what the document already says the parts that a reader looks for. */
export const completeness: Strategy = {
  name: 'completeness',
  instruction: `Task: make the document complete, using only what it already says.

- Give it the parts a reader looks for, where its content allows: a title, a short introduction that says what it is about and for whom, how to use or apply it, an example, a reference section for the links it has.
- Give each part a heading of three or more words that tells what stands below it.
- Turn an example, a command or a piece of data that is described in running text into a block of its own, with the very values of the text.
- Spell out what the document itself implies: a step between two others, what a term it uses stands for where it says so elsewhere.
- Settle markers such as TODO, FIXME or TBD only where the document holds the answer. Otherwise leave the marker where it is.
- Where something is missing that the document does not know, leave it missing.`,
  watches: [{ field: 'documentation.completeness', poor: 0, good: 0.8 }],
  after: ['entropy'],
  findings: ({ words, paragraphs }) => [
    ...(words < 150 ? [`the document is short: ${words} words`] : []),
    ...(paragraphs < 3 ? [`paragraphs: ${paragraphs}`] : []),
  ],
};
