import { BerthError, type ErrorKind } from '../../kernel/errors.ts';

const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'Throttling',
]);

/** What of the SDK's errors is used here; whatever is thrown is read through it. */
interface Thrown {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

export const isConditionFailure = (error: unknown): boolean =>
  thrown(error).name === 'ConditionalCheckFailedException';

/**
 * Whether the request was sent more than once. Then a failed condition may be our own doing: the first write
 * was applied and only its answer was lost.
 */
export const wasRepeated = (error: unknown): boolean => (thrown(error).$metadata?.attempts ?? 1) > 1;

/**
 * The error to be thrown on: `throttled` and `unavailable` are worth trying again later; everything else
 * (no table, no permission, a request that DynamoDB finds invalid) is a fault of ours and stays as it is.
 */
export function asBerthError(error: unknown): unknown {
  const kind = kindOf(thrown(error));
  if (kind === undefined) return error;
  const advice = kind === 'throttled' ? 'refuses more requests just now' : 'does not answer';
  const told = new BerthError(kind, `the store ${advice} (${describe(thrown(error))}); try again shortly`);
  told.cause = error;
  return told;
}

function kindOf({ name, code, $metadata }: Thrown): ErrorKind | undefined {
  if (name !== undefined && throttles.has(name)) return 'throttled';
  if (name === 'TimeoutError' || name === 'AbortError') return 'unavailable';
  if (($metadata?.httpStatusCode ?? 0) >= 500) return 'unavailable';
  const isNetwork = code !== undefined && /^(E[A-Z]+|UND_ERR_\w+)$/.test(code);
  return isNetwork ? 'unavailable' : undefined;
}

const describe = ({ name, code, message }: Thrown) => code ?? name ?? message ?? 'unknown error';

const thrown = (error: unknown): Thrown => (typeof error === 'object' && error !== null ? error : {});
