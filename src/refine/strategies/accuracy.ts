import type { Strategy } from './strategy.js';

/** Makes what the document claims exact and checkable, without adding a claim. */
export const accuracy: Strategy = {
  name: 'accuracy',
  instruction: `Task: make the document exact, so that a reader can check what it says.

- Say which version, date or condition a statement holds for, where the document names it anywhere.
- Where one part of the document contradicts another, do not choose: write an explicit note that says what contradicts what.
- Mark what is a warning, what is deprecated and what is important as such ("Warning:", "Deprecated:", "Note:", "Important:"), where the text already says that it is.
- Complete a broken link in Markdown only if its target stands in the document. Never make up or alter a target.
- Replace vague words ("recently", "some", "a lot") by the figure or date that the document gives. Where it gives none, leave them.
- Correct nothing from your own knowledge.`,
  watches: [{ field: 'documentation.accuracy', poor: 0, good: 0.7 }],
  after: ['completeness'],
};
