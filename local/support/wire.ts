import { jsonOf } from './json.ts';
import { AnswerLost, AwsError } from './service.ts';

/** An answer of the endpoint before it is written. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[]>>;
  readonly body: string | Buffer;
}

export const jsonContentTypes = [
  'application/x-amz-json-1.0',
  'application/x-amz-json-1.1',
  'application/json',
];

/** An output of the JSON protocol; an action without output answers an empty object or nothing, as AWS does. */
export function jsonAnswer(output: unknown, contentType: string, requestId: string): Answer {
  const body = jsonOf(output);
  return { status: 200, headers: { 'content-type': contentType, 'x-amzn-requestid': requestId }, body };
}

/**
 * An error of the JSON protocols, REST-JSON included. `queryCode` is the code that the service had when it
 * still spoke the query protocol, which clients of SQS are told beside the new one.
 */
export function jsonError(
  error: AwsError,
  contentType: string,
  requestId: string,
  queryCode?: string,
): Answer {
  return {
    status: error.status,
    headers: {
      'content-type': contentType,
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': error.code,
      ...(queryCode ? { 'x-amzn-query-error': `${queryCode};${fault(error)}` } : {}),
    },
    body: JSON.stringify({ ...error.fields, __type: error.code, message: error.message }),
  };
}

/** An error of the query protocol. */
export function queryError(error: AwsError, requestId: string): Answer {
  const body =
    `<ErrorResponse><Error><Type>${fault(error)}</Type><Code>${escapeXml(error.code)}</Code>` +
    `<Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return xmlAnswer(body, requestId, error.status);
}

export function xmlAnswer(body: string, requestId: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}

export function plainJson(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

/** What was thrown as an `AwsError`, but for an answer that is to be lost; a bug of ours becomes an InternalFailure that shows nothing of itself. */
export function asAwsError(thrown: unknown, log: (line: string) => void): AwsError {
  if (thrown instanceof AwsError) return thrown;
  if (thrown instanceof AnswerLost) throw thrown;
  log(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  return new AwsError('InternalFailure', 'Local AWS failed on this request; its log says why.', 500);
}

function fault(error: AwsError): 'Sender' | 'Receiver' {
  return error.status < 500 ? 'Sender' : 'Receiver';
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Control characters that XML cannot carry are replaced. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what XML 1.0 forbids
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '\ufffd').replace(/[&<>"']/g, (sign) => entities[sign]!);
}
