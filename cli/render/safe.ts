import { stripVTControlCharacters } from 'node:util';

// Invisible characters that can move the cursor, recolour, or reorder what a terminal shows.
const controls = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const escapedInJson = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export const maximumLineCharacters = 4000;

/**
 * Text from outside made fit for a terminal, on one line: no control or bidirectional characters, line ends and
 * tabs as spaces, bounded in length.
 */
export function safeLine(text: string, maximum = maximumLineCharacters): string {
  const bounded = text.length > maximum ? `${text.slice(0, maximum - 1)}…` : text;
  return stripVTControlCharacters(bounded.toWellFormed())
    .replace(/[\t\r\n]+/g, ' ')
    .replace(controls, '');
}

/** The same for text of several lines: tabs become two spaces. */
export function safeLines(text: string, maximumLines = 200): string[] {
  return text
    .split(/\r\n|\n|\r/)
    .slice(0, maximumLines)
    .map((line) => safeLine(line.replaceAll('\t', '  ')).trimEnd());
}

/** JSON whose strings cannot disturb a terminal either; it parses to the same value. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, undefined, indent).replace(
    escapedInJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
