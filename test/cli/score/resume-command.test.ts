/** Proves that the command printed after an interrupt is the one that goes on, whatever is in its arguments. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interruptedLine, resumeCommand } from '../../../src/cli/score/resume-command.js';

describe('resumeCommand', () => {
  it.each([
    [['score', 'a.jsonl', '-o', 'out.jsonl'], 'millrace score a.jsonl -o out.jsonl --resume'],
    [['score', '--resume', 'a.jsonl', '-o', 'b'], 'millrace score --resume a.jsonl -o b'],
    [['score', '-o', 'b', '--', '-odd.jsonl'], 'millrace score -o b --resume -- -odd.jsonl'],
    [['score', 'my docs/*.md', "it's"], String.raw`millrace score 'my docs/*.md' 'it'\''s' --resume`],
    [['score', ''], `millrace score '' --resume`],
  ])('%j', (argv, expected) => {
    expect(resumeCommand(argv, 'linux')).toBe(expected);
  });

  it('quotes for Windows with double quotes', () => {
    expect(resumeCommand(['score', 'C:\\my docs', 'a.jsonl'], 'win32')).toBe(
      'millrace score "C:\\my docs" a.jsonl --resume',
    );
  });

  it.skipIf(process.platform === 'win32')('is read by a shell as the same arguments', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab \'"$`\\*?[!~#;&|<>(){}=-\t'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (args) => {
        fc.pre(!args.includes('--'));
        const command = resumeCommand(['score', ...args, '--resume'], 'linux').replace(
          /^millrace/,
          String.raw`printf '%s\n'`,
        );
        const read = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
        expect(read).toBe(['score', ...args, '--resume'].map((arg) => `${arg}\n`).join(''));
      }),
      { numRuns: 40 },
    );
  });
});

describe('interruptedLine', () => {
  it('names the partial file and the command, when there is something to go on with', () => {
    expect(interruptedLine(['score', 'a', '-o', 'b'], 'b.partial')).toBe(
      'millrace: interrupted; what is finished is in b.partial, go on with: millrace score a -o b --resume\n',
    );
    expect(interruptedLine(['score', 'a'], undefined)).toBe('millrace: interrupted\n');
  });
});
