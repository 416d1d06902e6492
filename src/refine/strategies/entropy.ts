import type { Strategy } from './strategy.js';

/** Takes out what is said again and again, and what says nothing. */
export const entropy: Strategy = {
  name: 'entropy',
  instruction: `Task: remove repetition and filler, and keep everything that informs.

- Say once what the document says several times, at the place where a reader needs it first. Keep every detail that only one of the repetitions has.
- Remove boilerplate that came along from a web page (menus, cookie notices, "read more", share buttons), if there is other content.
- Remove strings of key words that form no sentence, and phrases that would fit any document.
- Vary how sentences begin and how long they are, without changing what they say.
- Keep headings, unless the part below one is gone because it is said elsewhere.
- If all of the document is filler, leave it as it is.`,
  watches: [{ field: 'entropy.aggregate', poor: 0, good: 0.5 }],
  findings: ({ filters: { gopher_repetition: repetition }, tokens, distinctTokens }) => [
    ...(repetition.keep ? [] : ['much of the text is repeated']),
    ...(tokens > 100 && distinctTokens < tokens / 4 ? [`different words: ${distinctTokens} of ${tokens}`] : []),
  ],
};
