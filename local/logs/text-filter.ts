/**
 * Patterns of plain text: every term must occur, `-term` must not, and of the `?term`s one must; `"…"` makes a
 * phrase one term. Case counts.
 */
export function textFilter(text: string): (message: string) => boolean {
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, mode, phrase, word]) => ({
    mode,
    text: phrase?.replace(/\\(.)/g, '$1') ?? word ?? '',
  }));
  const textsOf = (mode: string) => terms.filter((term) => term.mode === mode).map((term) => term.text);
  const [required, either, forbidden] = [textsOf(''), textsOf('?'), textsOf('-')];
  return (message) =>
    required.every((term) => message.includes(term)) &&
    (either.length === 0 || either.some((term) => message.includes(term))) &&
    !forbidden.some((term) => message.includes(term));
}
