import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ApiCall } from '../iam/calls/call.ts';
import type { Signer } from '../iam/iam.ts';
import { type BodyRead, inflated, readBody } from './body.ts';
import { refusal } from './guard.ts';
import { createServer } from './http.ts';
import { inputOfForm, xmlOfOutput } from './query.ts';
import { AnswerLost, AwsError, type AwsService, type Caller } from './service.ts';
import {
  type Answer,
  asAwsError,
  jsonAnswer,
  jsonContentTypes,
  jsonError,
  queryError,
  xmlAnswer,
} from './wire.ts';

/** A service that used to speak the query protocol tells its clients the old error codes too. */
export type EndpointService = AwsService & { readonly queryErrorCodes?: Readonly<Record<string, string>> };

/** What does not speak an RPC protocol of AWS's behind the common endpoint; the first that matches answers. */
export interface Route {
  readonly limitBytes: number;
  matches(request: IncomingMessage): boolean;
  /** Throws an `AwsError` for what it refuses. */
  answer(request: IncomingMessage, body: Buffer): Promise<Answer> | Answer;
  /** What is called, where it is something of AWS's that not everybody may. */
  readonly call?: (request: IncomingMessage, body: Buffer) => ApiCall;
}

export interface EndpointOptions {
  readonly services: readonly EndpointService[];
  readonly routes: readonly Route[];
  /** Makes what was changed durable; called before every answer. */
  flush(): void;
  /** Requests are answered once it resolves; the port can be opened before. */
  ready?(): Promise<void>;
  log(line: string): void;
  /** Throws an `AwsError` where the signer may not make this call. */
  admit?(signer: Signer, call: () => ApiCall): void;
}

const limitBytes = 1024 * 1024;
const formContentType = 'application/x-www-form-urlencoded';

/**
 * The one endpoint that speaks all of AWS's protocols: JSON services by the prefix of `X-Amz-Target`, query
 * services by the `Version` of the form, the rest by `routes`. Every refusal is a typed 4xx.
 */
export function createEndpoint(options: EndpointOptions): Server {
  const answerTo = dispatcher(options);
  const server = createServer({ keepAliveTimeout: 75_000, headersTimeout: 10_000 }, (request, response) => {
    answerTo(request).then(
      (answer) => write(response, answer),
      (error: unknown) => {
        if (!(error instanceof AnswerLost)) options.log(String(error));
        response.destroy();
      },
    );
  });
  // The body's own patience is shorter; this one is for senders that never finish and never read.
  server.requestTimeout = 30_000;
  return server;
}

function dispatcher(options: EndpointOptions) {
  const json = new Map(
    options.services.flatMap((one) => (one.targetPrefix ? [[one.targetPrefix, one]] : [])),
  );
  const query = new Map(
    options.services.flatMap((one) => (one.queryVersion ? [[one.queryVersion, one]] : [])),
  );
  const handle = chooser(options, json, query);
  let isReady = false;

  return async (request: IncomingMessage): Promise<Answer> => {
    const requestId = randomUUID();
    const handler = handle(request);
    const contentType = answerType(request);
    try {
      const refused = refusal(request);
      if (refused) throw new AwsError('AccessDeniedException', refused, 403);
      const read = await readBody(request, handler.limitBytes);
      if (read.state !== 'whole') return unreadable(read, contentType, requestId);
      if (!isReady) await options.ready?.();
      isReady = true;
      const body = inflated(read.body, request.headers['content-encoding']);
      const answer = await handler.answer(request, body, requestId);
      options.flush();
      return answer;
    } catch (thrown) {
      const error = asAwsError(thrown, options.log);
      return handler.wrap(error, contentType, requestId);
    }
  };
}

interface Handler {
  readonly limitBytes: number;
  answer(request: IncomingMessage, body: Buffer, requestId: string): Promise<Answer> | Answer;
  wrap(error: AwsError, contentType: string, requestId: string): Answer | Promise<Answer>;
}

type ServicesBy = ReadonlyMap<string, EndpointService>;

function chooser(options: EndpointOptions, json: ServicesBy, query: ServicesBy) {
  const nowhere: Handler = { limitBytes, answer: unknownOperation, wrap: jsonError };
  const form: Handler = {
    limitBytes,
    answer: (request, body, requestId) => callByForm(query, options, request, body, requestId),
    wrap: (error, _contentType, requestId) => queryError(error, requestId),
  };
  const routes = options.routes.map((route) => ({
    route,
    handler: { ...routed(route, options), wrap: jsonError },
  }));
  const cbor = cborHandler(json, options);
  const targets = new Map([...json].map(([prefix, service]) => [prefix, jsonHandler(service, options)]));

  return (request: IncomingMessage): Handler => {
    const target = header(request, 'x-amz-target');
    // No route answers what is meant for a service, and there are many routes to ask.
    const meant = target === undefined ? undefined : targets.get(target.slice(0, target.indexOf('.')));
    if (meant && request.method === 'POST' && request.url === '/') return meant;
    const route = routes.find((one) => one.route.matches(request));
    if (route) return route.handler;
    if (request.method !== 'POST') return nowhere;
    if (target !== undefined) return meant ?? nowhere;
    if (mediaType(request) === formContentType) return form;
    return header(request, 'smithy-protocol') === 'rpc-v2-cbor' ? cbor : nowhere;
  };
}

/** The codec is loaded by the first who speaks CBOR: few do, and each start would pay for it. */
function cborHandler(services: ServicesBy, options: EndpointOptions): Handler {
  const codec = () => import('./cbor.ts');
  return {
    limitBytes,
    async answer(request, body, requestId) {
      const { cborAnswer, cborError, cborInput, cborPathOf } = await codec();
      const path = cborPathOf(request.url ?? '');
      const service = path && services.get(path.prefix);
      if (service?.shapeNamespace === undefined) return unknownOperation(request);
      const { action } = path!;
      try {
        const input = cborInput(body);
        const caller = admitted(options, service, { action, input }, request);
        return cborAnswer(await service.call(action, input, caller), requestId);
      } catch (thrown) {
        const error = asAwsError(thrown, options.log);
        return cborError(error, service.shapeNamespace, requestId, service.queryErrorCodes?.[error.code]);
      }
    },
    wrap: async (error, _contentType, requestId) =>
      (await codec()).cborError(error, 'com.amazonaws', requestId),
  };
}

function routed(route: Route, { admit }: EndpointOptions): Omit<Handler, 'wrap'> {
  return {
    limitBytes: route.limitBytes,
    answer(request, body) {
      const { call } = route;
      if (call) admit?.(signerOf(request), () => call(request, body));
      return route.answer(request, body);
    },
  };
}

function unknownOperation(request: IncomingMessage): never {
  const target = header(request, 'x-amz-target');
  const advice =
    target === undefined
      ? 'Send AWS requests as POST with an X-Amz-Target header (JSON services) or a form body (query services); GET /_local/health says what is here.'
      : 'No service of Local AWS has this X-Amz-Target; mind that it is case-sensitive.';
  throw new AwsError('UnknownOperationException', advice, request.method === 'POST' ? 400 : 404);
}

function jsonHandler(service: EndpointService, options: EndpointOptions): Handler {
  return {
    limitBytes,
    async answer(request, body, requestId) {
      if (!jsonContentTypes.includes(mediaType(request))) {
        throw new AwsError('SerializationException', `Send Content-Type ${jsonContentTypes[1]}.`);
      }
      const target = header(request, 'x-amz-target')!;
      const action = target.slice(target.indexOf('.') + 1);
      const input = parsedObject(body);
      const output = service.call(action, input, admitted(options, service, { action, input }, request));
      const settled = output instanceof Promise ? await output : output;
      return jsonAnswer(settled, answerType(request), requestId);
    },
    wrap: (error, contentType, requestId) =>
      jsonError(error, contentType, requestId, service.queryErrorCodes?.[error.code]),
  };
}

async function callByForm(
  services: ServicesBy,
  options: EndpointOptions,
  request: IncomingMessage,
  body: Buffer,
  requestId: string,
): Promise<Answer> {
  const {
    Action: action,
    Version: version,
    ...params
  } = Object.fromEntries(new URLSearchParams(body.toString()));
  const service = services.get(version ?? '');
  if (!service) throw new AwsError('InvalidAction', 'No service of Local AWS has this Version.', 400);
  if (!action) throw new AwsError('MissingAction', 'The form names no Action.', 400);
  const { xmlNamespace } = service;
  const input = xmlNamespace === undefined ? params : inputOfForm(params);
  const caller = admitted(options, service, { action, input }, request);
  const output = await asQueryCode(service, () => service.call(action, input, caller));
  const xml =
    xmlNamespace === undefined ? String(output) : xmlOfOutput(action, xmlNamespace, output, requestId);
  return xmlAnswer(xml, requestId);
}

/** Runs `call`; what it refuses gets the code that the query protocol has for it. */
async function asQueryCode<T>({ queryErrorCodes }: EndpointService, call: () => T): Promise<Awaited<T>> {
  try {
    return await call();
  } catch (thrown) {
    const code = thrown instanceof AwsError ? queryErrorCodes?.[thrown.code] : undefined;
    if (!(thrown instanceof AwsError) || code === undefined) throw thrown;
    throw new AwsError(code, thrown.message, thrown.status, thrown.fields);
  }
}

function admitted(
  options: EndpointOptions,
  service: AwsService,
  call: Omit<ApiCall, 'service'>,
  request: IncomingMessage,
): Caller {
  const signer = signerOf(request);
  const { accessKeyId } = signer;
  options.admit?.(signer, () => ({ service: service.name, ...call }));
  return accessKeyId === undefined ? {} : { accessKeyId };
}

function signerOf(request: IncomingMessage): Signer {
  return {
    accessKeyId: /Credential=([^/,\s]{1,128})\//.exec(request.headers.authorization ?? '')?.[1],
    sessionToken: header(request, 'x-amz-security-token'),
  };
}

function parsedObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', 'The body is not whole, valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

function unreadable(read: Exclude<BodyRead, { state: 'whole' }>, type: string, requestId: string): Answer {
  const error =
    read.state === 'too-large'
      ? new AwsError('RequestEntityTooLarge', 'The body is larger than this service takes.', 413)
      : new AwsError('RequestTimeout', 'The body did not arrive whole in time.', 408);
  const answer = jsonError(error, type, requestId);
  const reusable = read.state === 'too-large' && read.drained;
  return reusable ? answer : { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function write(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

function answerType(request: IncomingMessage): string {
  const type = mediaType(request);
  return type === jsonContentTypes[0] ? type : jsonContentTypes[1]!;
}

function mediaType(request: IncomingMessage): string {
  const type = request.headers['content-type'] ?? '';
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
