import type { Strategy } from './strategy.js';

/** Plain words and short sentences. The measure is made for English; texts without ASCII letters are left alone. */
export const readability: Strategy = {
  name: 'readability',
  instruction: `Task: make the document easy to read.

- Prefer the short, common word to the long, rare one, wherever both mean the same. Keep technical terms, names and quotations.
- Turn nouns made of verbs back into verbs ("carry out an installation of" becomes "install").
- Divide sentences with several clauses; drop words that add nothing ("in order to", "it should be noted that").
- Keep lists as lists and steps as steps.
- Do not simplify the content: every fact, condition and exception stays, and so does the tone.`,
  watches: [{ field: 'readability.fleschReadingEase', poor: 0, good: 50 }],
  after: ['clarity'],
  findings: ({ readability: { fleschKincaidGrade } }) =>
    fleschKincaidGrade !== null && fleschKincaidGrade > 12
      ? [`school grade needed: ${fleschKincaidGrade.toFixed(1)}`]
      : [],
};
