import type { Rule } from './rule.js';

/** A fence that is still open at the end of the text is closed there, as every reader of Markdown does silently. */
export const codeFences: Rule = {
  name: 'code-fences',
  mayApply: (text) => text.includes('```') || text.includes('~~~'),
  apply(text, context) {
    const { openFence } = context.structureOf(text);
    if (openFence === undefined || isClosedInVain(text, openFence)) return { text, count: 0 };
    return { text: text.endsWith('\n') ? `${text}${openFence}\n` : `${text}\n${openFence}`, count: 1 };
  },
};

/** Whether the text ends with what was meant to close the fence, indented too far: a second one would only confuse. */
function isClosedInVain(text: string, fence: string): boolean {
  const end = text.trimEnd();
  return end.slice(end.lastIndexOf('\n') + 1).trimStart() === fence;
}
