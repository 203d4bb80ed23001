import { AwsError } from '../support/service.ts';

const MAX_PATTERN_CHARACTERS = 1024;

/**
 * CloudWatch's filter patterns as far as they are plain text: every term must occur, `-term` must not, and of
 * the `?term`s one must; `"…"` makes a phrase one term. Case counts. Throws `InvalidParameterException` for
 * the JSON (`{…}`), column (`[…]`) and regular-expression (`%…%`) patterns, which are not understood here.
 */
export function textFilter(pattern = ''): (message: string) => boolean {
  const text = pattern.trim();
  if (text.length > MAX_PATTERN_CHARACTERS)
    throw invalid(`filterPattern may have at most ${MAX_PATTERN_CHARACTERS} characters.`);
  if (/^[{[%]/.test(text))
    throw invalid(
      'Local AWS understands filter patterns of plain-text terms: term, "a phrase", ?either, -not.',
    );
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

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
