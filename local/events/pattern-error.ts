import { AwsError } from '../support/service.ts';

/** An InvalidEventPatternException in AWS's words. */
export function invalid(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}.`);
}
