import type { Strategy } from './strategy.js';

/** One word, one form and one layout for one thing. */
export const consistency: Strategy = {
  name: 'consistency',
  instruction: `Task: make the document consistent with itself.

- Call one thing by one name throughout: choose the name that the document uses most, and keep names of products, commands and identifiers exactly.
- Spell a word one way throughout (email or e-mail, setup or set-up, filename or file-name): choose the way the document uses most.
- Let headings go down one level at a time, and write them in one style.
- Use one marker for bullet lists, one way to number steps, one way to write units, dates and emphasis. Do not change the values.
- Name the language behind the opening of a code block where it is plain which one it is. Do not touch what is inside the block.
- Remove runs of blanks inside lines of prose. Keep tables and code as they are.`,
  watches: [{ field: 'documentation.consistency', poor: 0.3, good: 0.9 }],
  after: ['completeness'],
};
