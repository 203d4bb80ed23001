import { AwsError } from '../support/service.ts';

/** Codes that CloudWatch had in the query protocol, which its clients still know, by the names of its shapes. */
export const queryErrorCodes: Readonly<Record<string, string>> = {
  InternalServiceFault: 'InternalServiceError',
  InvalidFormatFault: 'InvalidFormat',
  InvalidNextToken: 'InvalidNextToken',
  InvalidParameterCombinationException: 'InvalidParameterCombination',
  InvalidParameterValueException: 'InvalidParameterValue',
  LimitExceededFault: 'LimitExceeded',
  MissingRequiredParameterException: 'MissingParameter',
  ResourceNotFound: 'ResourceNotFound',
  ResourceNotFoundException: 'ResourceNotFoundException',
  ValidationException: 'ValidationError',
  UnknownOperationException: 'InvalidAction',
};

export const invalidValue = (message: string) => new AwsError('InvalidParameterValueException', message);

export const invalidCombination = (message: string) =>
  new AwsError('InvalidParameterCombinationException', message);

export const missing = (message: string) => new AwsError('MissingRequiredParameterException', message);

export const invalid = (message: string) => new AwsError('ValidationException', message);

/** What CloudWatch has and Local AWS does not. */
export const absent = (what: string) => new AwsError('ValidationException', `Local AWS has no ${what}.`);
