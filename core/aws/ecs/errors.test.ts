import { describe, expect, it } from 'vitest';
import { FinalFailure } from '../../kernel/errors.ts';
import { isPassing, orFinal } from './errors.ts';

const answer = (name: string, message: string, httpStatusCode?: number) =>
  Object.assign(new Error(message), { name, $metadata: httpStatusCode ? { httpStatusCode } : {} });

describe('what ECS answers', () => {
  it.each([
    ['a throttle', answer('ThrottlingException', 'Rate exceeded', 400)],
    ['a throttle in disguise', answer('InvalidParameterException', 'Rate exceeded', 400)],
    ['another one', answer('ClientException', 'Too many concurrent attempts to create a new revision', 400)],
    ['a failure of its own', answer('ServerException', 'Service failed', 500)],
    ['nothing at all', answer('TimeoutError', 'socket hang up')],
    ['that a service is on its way out', answer('InvalidParameterException', 'still Draining', 400)],
    [
      'that a service is there which it said was missing',
      answer('InvalidParameterException', 'Creation of service was not idempotent.', 400),
    ],
  ])('passes where it is %s', (_, error) => expect(isPassing(error)).toBe(true));

  it.each([
    answer('ClientException', 'TaskDefinition is inactive', 400),
    answer('InvalidParameterException', 'Invalid identifier', 400),
    answer('ServiceNotFoundException', 'Service not found.', 400),
  ])('is final where it is a refusal: $message', async (error) => {
    const refused = orFinal(() => Promise.reject(error));
    await expect(refused).rejects.toBeInstanceOf(FinalFailure);
    await expect(refused).rejects.toThrow(`${error.name}: ${error.message}`);
  });
});
