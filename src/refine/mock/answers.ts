/**
 * What the mock answers with. `improve` raises `documentation.overall` of common prose; the others are what real models do
 * when they fail.
 */
export const ANSWERS = [
  'improve',
  'worsen',
  'truncate',
  'ignore',
  'empty',
  'refuse',
  'echo',
  'language',
  'long',
  'unfenced',
  'shorten',
] as const;
export type AnswerKind = (typeof ANSWERS)[number];

/** A text with the reason why the model ended it. */
export interface Answer {
  readonly text: string;
  readonly finish: 'stop' | 'length' | 'refusal';
}

const FENCE = /<(document-[\w-]+)>\n?([\s\S]*?)\n?<\/\1>/g;

/** The document in a prompt: what the last pair of tags encloses, or all of it. */
export function documentOf(prompt: string): { readonly tag: string | undefined; readonly text: string } {
  let found: RegExpExecArray | undefined;
  for (const match of prompt.matchAll(FENCE)) found = match;
  return { tag: found?.[1], text: found?.[2] ?? prompt };
}

/** What a model of that kind makes of a prompt. */
export function answerTo(prompt: string, kind: AnswerKind): Answer {
  const { tag, text } = documentOf(prompt);
  const fenced = (document: string): string => (tag === undefined ? document : `<${tag}>\n${document}\n</${tag}>`);
  switch (kind) {
    case 'improve':
      return { text: fenced(improved(text)), finish: 'stop' };
    case 'worsen':
      return { text: fenced(worsened(text)), finish: 'stop' };
    case 'truncate':
      return { text: `${tag === undefined ? '' : `<${tag}>\n`}${text.slice(0, text.length >> 1)}`, finish: 'length' };
    case 'ignore':
      return { text: fenced(text), finish: 'stop' };
    case 'empty':
      return { text: '', finish: 'stop' };
    case 'refuse':
      return { text: "I'm sorry, but I can't help with that.", finish: 'refusal' };
    case 'echo':
      return { text: `${prompt}\n\n${fenced(text)}`, finish: 'stop' };
    case 'language':
      return { text: fenced(text.replace(/\p{L}+/gu, 'слово')), finish: 'stop' };
    case 'long':
      return { text: fenced(Array.from({ length: 10 }, () => text).join('\n\n')), finish: 'stop' };
    case 'unfenced':
      return { text: `Sure! Here is the improved document:\n\n${improved(text)}`, finish: 'stop' };
    case 'shorten':
      return { text: fenced(text.slice(0, text.length >> 1)), finish: 'stop' };
  }
}

/** The text kept whole, with what a documentation profile looks for around it: headings, an overview, an example, a note. No link or number is made up. */
function improved(text: string): string {
  return [
    '# Guide\n',
    '## Overview\n',
    text.trim(),
    '\n## Example\n',
    'The following example shows how to use it:\n',
    '```sh\nrun --input data.txt\n```\n',
    '## Parameters\n',
    '- `input`: the file that is read.\n- `output`: the file that is written.\n',
    '## See also\n',
    'See the [parameters](#parameters) for all options. Note: for example, the output may be a file that is there already.',
  ].join('\n');
}

/** Headings, blank lines and the ends of sentences are gone. */
function worsened(text: string): string {
  return text
    .replace(/^#+ */gm, '')
    .replace(/[.!?]\s+/g, ' and so on etc ')
    .replace(/\s+/g, ' ');
}
