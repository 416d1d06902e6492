import type { Strategy } from './strategy.js';

/** Sentences that say one thing, paragraphs that hold one thought. */
export const clarity: Strategy = {
  name: 'clarity',
  instruction: `Task: make the document clear.

- Write sentences of ten to twenty-five words. Divide longer ones; join fragments that belong together.
- Say who does what: prefer the active voice where the document tells who acts.
- Give each paragraph one thought, in three to five sentences. Divide longer paragraphs at the change of thought.
- Put what matters first, in the document and in each paragraph.
- Let each heading say in three or more words what stands below it.
- Say what "this", "it" and "that" refer to, where a reader could take them for something else.
- Keep every statement, with its conditions and exceptions. Keep the terms of the field.`,
  watches: [{ field: 'documentation.clarity', poor: 0.2, good: 0.8 }],
  after: ['completeness', 'accuracy', 'consistency'],
  findings: ({ words, sentences }) => {
    const mean = sentences === 0 ? 0 : words / sentences;
    if (mean > 25) return [`long sentences: ${mean.toFixed(1)} words on average`];
    return mean < 10 ? [`short or broken sentences: ${mean.toFixed(1)} words on average`] : [];
  },
};
