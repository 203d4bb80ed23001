import { FinalFailure } from '../../kernel/errors.ts';

/** Throttles come in three disguises; the last two look like mistakes of ours (dagster #33439, #11192). */
const throttles: readonly { readonly name?: RegExp; readonly message?: RegExp }[] = [
  { name: /^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/ },
  { name: /^InvalidParameterException$/, message: /Rate exceeded|ErrorCode: Throttling/i },
  { name: /^ClientException$/, message: /Too many concurrent attempts/i },
];

/** Errors of which a retry may well be rid: the thing is on its way out or in, or ECS itself failed. */
const passing: readonly { readonly name?: RegExp; readonly message?: RegExp }[] = [
  {
    name: /^(ServerException|ServiceUnavailable\w*|InternalFailure|InternalServerError|UpdateInProgressException)$/,
  },
  { name: /^InvalidParameterException$/, message: /still Draining|being (created|deleted)/i },
  // A service was said to be missing, and is there: the next read shows it.
  { name: /^InvalidParameterException$/, message: /Creation of service was not idempotent/i },
];

/** Whether ECS's answer is worth another try; whatever is not a 4xx answer of AWS's own is. */
export function isPassing(error: unknown): boolean {
  const { name, message, $metadata } = error as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const matches = (known: (typeof throttles)[number]) =>
    (known.name?.test(name ?? '') ?? true) && (known.message?.test(message ?? '') ?? true);
  if ([...throttles, ...passing].some(matches)) return true;
  const status = $metadata?.httpStatusCode;
  return status === undefined || status >= 500;
}

/** Turns an error that will not pass into a `FinalFailure`, in AWS's words; others stay what they are. */
export async function orFinal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isPassing(error) || error instanceof FinalFailure) throw error;
    const { name, message } = error as Error;
    throw new FinalFailure(name, `${name}: ${message}`);
  }
}
