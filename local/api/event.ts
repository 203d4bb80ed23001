import type { IncomingHttpHeaders } from 'node:http';

/** What of a request the event is made from. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly protocol: string;
}

export interface EventContext {
  readonly account: string;
  readonly requestId: string;
  readonly nowMs: number;
}

/** API Gateway's HTTP API event, payload format 2.0. */
export function httpEvent(request: HttpRequest, context: EventContext): object {
  const question = request.target.indexOf('?');
  const rawPath = decodedPath(question < 0 ? request.target : request.target.slice(0, question));
  const rawQueryString = question < 0 ? '' : request.target.slice(question + 1);
  const { cookie, ...headers } = request.headers;
  const query = joinedQuery(rawQueryString);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: joinedHeaders(headers),
    ...(query ? { queryStringParameters: query } : {}),
    requestContext: requestContext(request, rawPath, context),
    ...bodyOf(request),
  };
}

function requestContext(
  request: HttpRequest,
  path: string,
  { account, requestId, nowMs }: EventContext,
): object {
  return {
    accountId: account,
    apiId: 'local',
    domainName: request.headers.host ?? '',
    domainPrefix: 'local',
    http: {
      method: request.method,
      path,
      protocol: request.protocol,
      sourceIp: request.sourceIp,
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: commonLogTime(nowMs),
    timeEpoch: nowMs,
  };
}

/** API Gateway hands on the decoded path; a path that cannot be decoded stays as it is. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function joinedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return joined;
}

/** Repeated parameters are joined by commas. */
function joinedQuery(rawQuery: string): Record<string, string> | undefined {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined.size > 0 ? Object.fromEntries(joined) : undefined;
}

function bodyOf({ body, headers }: HttpRequest) {
  if (body.length === 0) return { isBase64Encoded: false };
  const binary = !isText(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined;
  return { body: body.toString(binary ? 'base64' : 'utf8'), isBase64Encoded: binary };
}

function isText(contentType: string): boolean {
  return (
    /^(text\/|application\/(.*\+)?(json|xml|javascript|x-www-form-urlencoded))/i.test(contentType) ||
    contentType === ''
  );
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** For example `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(atMs: number): string {
  const time = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(two).join(':');
  return `${two(time.getUTCDate())}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:${clock} +0000`;
}
