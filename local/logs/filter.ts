import { invalidParameter } from './errors.ts';
import { jsonFilter } from './json-filter.ts';
import { textFilter } from './text-filter.ts';

const MAX_PATTERN_CHARACTERS = 1024;

/**
 * Whether a message fits a filter pattern of CloudWatch Logs: terms, or a condition on JSON (`{ $.a = 1 }`).
 * Throws `InvalidParameterException` for column (`[…]`) and regular-expression (`%…%`) patterns, which are not
 * understood here, and for what is no pattern.
 */
export function filterOf(pattern = ''): (message: string) => boolean {
  const text = pattern.trim();
  if (text.length > MAX_PATTERN_CHARACTERS)
    throw invalidParameter(`filterPattern may have at most ${MAX_PATTERN_CHARACTERS} characters.`);
  if (text.startsWith('{')) return jsonFilter(text);
  if (/^[[%]/.test(text))
    throw invalidParameter(
      'Local AWS understands filter patterns of terms (term, "a phrase", ?either, -not) and of JSON ({ $.a = 1 }).',
    );
  return textFilter(text);
}
