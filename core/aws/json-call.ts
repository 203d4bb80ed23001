import { createHash, createHmac } from 'node:crypto';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { SignatureV4 } from '@smithy/signature-v4';

/** What a service answered that speaks AWS's JSON protocol; of an error its name and message. */
export type JsonAnswer =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface JsonCall {
  /** For example `secretsmanager`: the name that requests are signed for, and that its host begins with. */
  readonly service: string;
  /** For example `secretsmanager.DescribeSecret`. */
  readonly target: string;
  readonly region: string;
  /** Of the protocol; 1.1 unless told. */
  readonly version?: '1.0' | '1.1';
  readonly input: object;
}

/** One call of an AWS service. Throws where nobody answers in time. */
export type CallJson = (call: JsonCall) => Promise<JsonAnswer>;

export interface JsonCallerOptions {
  readonly credentials: ECSClient['config']['credentials'];
  /** Where all of AWS is, on one machine. */
  readonly endpoint?: string | undefined;
  readonly fetch?: typeof fetch;
}

const patienceMs = 2_000;

/**
 * Calls services of which one or two operations are needed, and a client of the SDK would weigh more than the function:
 * the request is signed by the SDK's own signer.
 */
export function jsonCaller({ credentials, endpoint, fetch: send = fetch }: JsonCallerOptions): CallJson {
  return async ({ service, target, region, version = '1.1', input }) => {
    const url = new URL(endpoint ?? `https://${service}.${region}.amazonaws.com${domainEnd(region)}`);
    const body = JSON.stringify(input);
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const signed = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port && { port: Number(url.port) }),
      path: '/',
      headers: {
        host: url.host,
        'content-type': `application/x-amz-json-${version}`,
        'x-amz-target': target,
      },
      body,
    });
    const { host: _, ...headers } = signed.headers;
    const signal = AbortSignal.timeout(patienceMs);
    const answer = await send(url, { method: 'POST', headers, body, redirect: 'error', signal });
    const value = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    if (answer.ok) return { ok: true, value };
    const code = String(value.__type ?? answer.headers.get('x-amzn-errortype') ?? answer.status);
    return {
      ok: false,
      code: code.replace(/^.*#|:.*$/g, ''),
      message: String(value.message ?? value.Message ?? ''),
    };
  };
}

const domainEnd = (region: string) => (region.startsWith('cn-') ? '.cn' : '');

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** Node's own hash, as the signer wants it. */
class Sha256 {
  readonly #hash;

  constructor(secret?: Bytes) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytesOf(data: Bytes): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
