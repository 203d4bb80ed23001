import { z } from 'zod';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string;
}

const explicit = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * A function's answer, payload format 2.0, as an HTTP response. An answer without `statusCode` is itself the
 * JSON body of a 200. An answer that is malformed is an internal error of the API, as at AWS.
 */
export function httpResponse(payload: string): HttpResponse {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer))
    return inferred(answer, payload);
  const parsed = explicit.safeParse(answer);
  if (!parsed.success || parsed.data.statusCode < 200) return problem(500, 'Internal Server Error');
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const out: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!isSafeHeader(name, String(value))) return problem(500, 'Internal Server Error');
    out[name.toLowerCase()] = String(value);
  }
  out['content-type'] ??= 'text/plain; charset=utf-8';
  if (cookies && cookies.length > 0) {
    if (!cookies.every((cookie) => isSafeHeader('set-cookie', cookie)))
      return problem(500, 'Internal Server Error');
    out['set-cookie'] = cookies;
  }
  const text = body ?? '';
  return { status: statusCode, headers: out, body: isBase64Encoded ? Buffer.from(text, 'base64') : text };
}

/** An answer of API Gateway's own. */
export function problem(status: number, message: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

function inferred(answer: unknown, payload: string): HttpResponse {
  const body = typeof answer === 'string' ? answer : payload;
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** What belongs to the connection is not the function's to set, and a line break would forge a header. */
function isSafeHeader(name: string, value: string): boolean {
  return (
    /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) &&
    !/[\r\n\0]/.test(value) &&
    !connectionHeaders.has(name.toLowerCase())
  );
}

const connectionHeaders = new Set([
  'transfer-encoding',
  'connection',
  'content-length',
  'upgrade',
  'keep-alive',
]);
