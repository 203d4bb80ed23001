import * as z from 'zod/mini';
import { BerthError } from '../../core/kernel/errors.ts';

/** The part of API Gateway's HTTP API event (payload format 2.0) that is used. */
const httpEvent = z.object({
  rawPath: z.string(),
  rawQueryString: z._default(z.string(), ''),
  headers: z._default(z.record(z.string(), z.optional(z.string())), {}),
  requestContext: z.object({
    requestId: z.string().check(z.maxLength(200)),
    http: z.object({ method: z.string() }),
  }),
  body: z.nullish(z.string()),
  isBase64Encoded: z._default(z.boolean(), false),
});

export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Throws `invalid-request` for what is no HTTP event. */
export function parseHttpEvent(event: unknown): HttpRequest {
  const parsed = httpEvent.safeParse(event);
  if (!parsed.success)
    throw new BerthError('invalid-request', 'this function answers to HTTP API events only');
  const { rawPath, rawQueryString, headers, requestContext, body, isBase64Encoded } = parsed.data;
  return {
    id: requestContext.requestId,
    method: requestContext.http.method,
    path: rawPath,
    query: rawQueryString,
    headers: new Map(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name.toLowerCase(), value]],
      ),
    ),
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}

export function answer(
  statusCode: number,
  value: unknown,
  { id, contentType = 'application/json', headers = {} }: AnswerOptions,
): HttpAnswer {
  return {
    statusCode,
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': id,
      ...headers,
    },
    body: JSON.stringify(value),
  };
}

interface AnswerOptions {
  readonly id: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
