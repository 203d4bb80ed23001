import { AwsError } from '../support/service.ts';
import type { Need } from './calls/call.ts';

/** Why a call was refused, in AWS's words. */
export function deniedMessage(caller: string, { action, resource }: Need): string {
  const named = action.startsWith('sqs:') ? action.toLowerCase() : action;
  return (
    `User: ${caller} is not authorized to perform: ${named} on resource: ${resource} ` +
    `because no identity-based policy allows the ${named} action`
  );
}

/** The refusal as the service would answer it: they do not agree on the code, nor on the status. */
export const denied = (service: string, message: string): AwsError =>
  new AwsError(isQuery(service) ? 'AccessDenied' : 'AccessDeniedException', message, statusOf(service));

/** Credentials that were never given out, or a token that does not belong to its key. */
export const unrecognized = (service: string): AwsError =>
  new AwsError(
    isQuery(service) ? 'InvalidClientTokenId' : 'UnrecognizedClientException',
    'The security token included in the request is invalid.',
    statusOf(service),
  );

const isQuery = (service: string) => service === 'elasticloadbalancing';

const forbidding = new Set(['elasticloadbalancing', 'sqs', 'lambda']);

const statusOf = (service: string) => (forbidding.has(service) ? 403 : 400);
