import type { MiddlewareObj } from '@middy/core';
import { problemMediaType, problemOf } from '../../core/contract/problem.ts';
import { MethodNotAllowed } from '../../core/contract/router.ts';
import type { Log } from '../../core/kernel/ports.ts';
import { answer, type HttpAnswer } from './http.ts';
import { requestIdOf } from './request-log.ts';

/** Answers every error with a problem document. What nobody expected goes to the log, and no further. */
export const problems = (log: Log): MiddlewareObj<unknown, HttpAnswer> => ({
  onError: (request) => {
    const { error } = request;
    const id = requestIdOf(request.event);
    const problem = problemOf(error, id);
    if (problem.status === 500)
      log.error('a request failed', { requestId: id, error: error?.stack ?? String(error) });
    request.response = answer(problem.status, problem, {
      id,
      contentType: problemMediaType,
      headers: {
        ...(error instanceof MethodNotAllowed && { allow: error.allow }),
        ...((problem.status === 429 || problem.status === 503) && { 'retry-after': '1' }),
      },
    });
  },
});
