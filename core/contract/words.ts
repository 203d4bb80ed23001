import parseWords from 'string-argv';
import * as z from 'zod/mini';
import { quoted, reading } from './parse.ts';

const maxWords = 100;
const word = z.string().check(
  z.maxLength(8192),
  z.refine((text) => !text.includes('\0'), 'may not hold a NUL character'),
);

/** What only a shell understands, in words for whoever meant it. */
const shellOnly = [
  { pattern: /&&|\|\||[;|&<>`]|\$\(/, what: 'a shell operator' },
  { pattern: /\$[A-Za-z_{]/, what: 'a variable' },
  { pattern: /^\s*[A-Za-z_][A-Za-z0-9_]*=/, what: 'an assignment (use `environment`)' },
] as const;

/**
 * A command as argv: a list of words, or one line that is split at blanks where quotes keep a word together.
 * No shell ever reads it, so a line that needs one is refused; a list is taken as it is.
 */
export const argv = () =>
  z.pipe(
    z.union([z.array(word), word], { error: 'has to be a command: a line of text, or a list of words' }),
    reading((value) => {
      const problem = typeof value === 'string' ? problemOfLine(value) : undefined;
      const words = typeof value === 'string' ? parseWords(value) : value;
      const message = problem ?? problemOfWords(words);
      return message === undefined ? { value: words } : { problem: message };
    }),
  );

function problemOfLine(line: string): string | undefined {
  const unquoted = line.replace(/"[^"]*"|'[^']*'/g, 'q');
  if (/["']/.test(unquoted)) return 'has a quotation mark that is never closed';
  const found = shellOnly.find(({ pattern }) => pattern.test(unquoted));
  if (!found) return undefined;
  return (
    `holds ${found.what}, and no shell reads it: put it into a script, ` +
    `or write the list ["sh", "-c", ${quoted(line)}]`
  );
}

function problemOfWords(words: readonly string[]): string | undefined {
  if (words.length === 0 || words[0] === '') return 'has to name a program';
  return words.length > maxWords ? `may have at most ${maxWords} words` : undefined;
}
