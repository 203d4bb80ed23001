/** Whether a text is one that an IAM pattern means: `*` stands for any characters, `?` for one. Case counts. */
export type Matcher = (text: string) => boolean;

/** Makes the matcher of a pattern; most patterns end in their only `*`, or have none. */
export function globMatcher(pattern: string): Matcher {
  const first = pattern.search(/[*?]/);
  if (first < 0) return (text) => text === pattern;
  if (first === pattern.length - 1 && pattern.endsWith('*')) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  const source = pattern
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const whole = new RegExp(`^${source}$`, 's');
  return (text) => whole.test(text);
}
