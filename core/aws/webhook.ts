import { lookup as resolveName } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Environment } from '../contract/environment.ts';
import type { WebhookState } from '../deployments/gates/model.ts';
import type { DeploymentEffect } from '../deployments/model.ts';
import type { EffectContext } from '../kernel/settle.ts';
import { isPublicAddress } from './images/public-https.ts';

type AskWebhook = Extract<DeploymentEffect, { type: 'ask_webhook' }>;
type Said = Pick<NonNullable<WebhookState['answer']>, 'says' | 'text'>;

interface Dependencies {
  /** Throws a `BerthError` for an environment that is not there. */
  environment(name: string): Environment;
  /** How long one answer is waited for; 5 seconds. */
  readonly patienceMs?: number;
}

const maxAnswerBytes = 8192;
const maxTextLength = 300;

/**
 * Asks a webhook whether a deployment may set out: a POST of JSON, to be answered within five seconds by 200 and
 * `{ "answer": "yes" | "no" | "later", "text"?: … }`. Whatever it does is an answer. What may be better in a while (no answer, 408, 425,
 * 429, 5xx) is `later`; what will not (any other status, also a redirect, and what cannot be read) is `no`.
 */
export async function askWebhook(
  effect: AskWebhook,
  { id }: Pick<EffectContext, 'id'>,
  { environment, patienceMs = 5000 }: Dependencies,
): Promise<Said> {
  const { local } = environment(effect.environment);
  const signal = AbortSignal.timeout(patienceMs);
  try {
    if (!URL.canParse(effect.url)) throw new Forbidden('its address is no URL');
    const url = new URL(effect.url);
    return understood(await post({ url, body: JSON.stringify(effect.body), id, isLocal: local, signal }));
  } catch (error) {
    if (error instanceof Forbidden) return { says: 'no', text: error.message };
    const why = signal.aborted ? `no answer within ${patienceMs / 1000} s` : causeOf(error);
    return { says: 'later', text: readable(why) };
  }
}

/** It is never asked, whatever else happens. */
class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

interface Question {
  readonly url: URL;
  readonly body: string;
  readonly id: string;
  /** On one machine, what runs on it may be asked, also over http. */
  readonly isLocal: boolean;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  /** Undefined: more than is read. */
  readonly body: string | undefined;
}

/** The name is resolved once, all its addresses are looked at, and the connection goes to what was looked at. */
async function post({ url, body, id, isLocal, signal }: Question): Promise<Answer> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isEncrypted = url.protocol === 'https:';
  if (!isEncrypted && !(isLocal && url.protocol === 'http:'))
    throw new Forbidden(`${url.protocol}// is not asked: write an https URL`);
  if (url.username !== '' || url.password !== '') throw new Forbidden('a URL with a password is not asked');
  // Without encryption no further than this machine.
  const mayAsk = (address: string) =>
    (isEncrypted && isPublicAddress(address)) || (isLocal && isLoopback(address));
  if (isIP(host) !== 0 && !mayAsk(host)) throw notAsked(host);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'berth',
    'idempotency-key': id,
    'content-length': Buffer.byteLength(body),
  };
  // A connection of its own: one that is kept may have been made after another look at the addresses.
  const options = { method: 'POST', headers, lookup: lookupWhere(mayAsk), signal, agent: false } as const;
  return new Promise((resolve, reject) => {
    const asking = (isEncrypted ? httpsRequest : httpRequest)(url, options, (answer) => {
      const status = answer.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxAnswerBytes) return void chunks.push(chunk);
        resolve({ status, body: undefined });
        asking.destroy();
      });
      answer.on('error', reject);
      answer.once('end', () => resolve({ status, body: Buffer.concat(chunks).toString('utf8') }));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

const notAsked = (host: string) => new Forbidden(`${host} is not asked: it is not on the public internet`);

const lookupWhere =
  (mayAsk: (address: string) => boolean): LookupFunction =>
  (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => mayAsk(address))) return done(notAsked(name), '');
      if (options.all) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };

const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));

const passing = [408, 425, 429];

function understood({ status, body }: Answer): Said {
  if (status >= 500 || passing.includes(status)) return { says: 'later', text: `it answered ${status}` };
  if (status >= 300 && status < 400)
    return { says: 'no', text: `it answered ${status}, a redirect, and none is followed` };
  if (status < 200 || status >= 400) return { says: 'no', text: `it answered ${status}` };
  if (body === undefined) return { says: 'no', text: `it answered more than ${maxAnswerBytes} bytes` };
  return saidIn(body) ?? { says: 'no', text: 'its answer is no JSON with "answer": "yes", "no" or "later"' };
}

function saidIn(body: string): Said | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { answer, text } = value as { readonly answer?: unknown; readonly text?: unknown };
  if (answer !== 'yes' && answer !== 'no' && answer !== 'later') return undefined;
  const told = typeof text === 'string' ? readable(text) : '';
  return { says: answer, text: told === '' ? answer : told };
}

/** What others write stands in the ledger and on terminals: one short line, and nothing that steers. */
const readable = (text: string): string =>
  text
    .slice(0, maxTextLength)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();

function causeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return `it cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`;
}
