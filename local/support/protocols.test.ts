import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { cbor } from '@smithy/core/cbor';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeCbor } from './cbor-encode.ts';
import { Double } from './double.ts';
import { inputOfForm, xmlOfOutput } from './query.ts';
import { createEndpoint } from './server.ts';
import { AwsError } from './service.ts';
import { Timestamp } from './timestamp.ts';

let server: Server;
let url: string;
let seen: unknown;
beforeEach(async () => {
  const service = {
    ...{ name: 'many', targetPrefix: 'Many', queryVersion: '2010-08-01', xmlNamespace: 'urn:many' },
    ...{ shapeNamespace: 'com.many', queryErrorCodes: { NewCode: 'OldCode' } },
    call(action: string, input: Record<string, unknown>) {
      seen = input;
      if (action === 'Fail') throw new AwsError('NewCode', 'No & never.', 409);
      return {
        At: new Timestamp(1_790_000_000_500),
        Whole: new Double(3),
        List: [{ A: '<' }],
        None: undefined,
      };
    },
  };
  server = createEndpoint({ services: [service], routes: [], flush: () => undefined, log: () => undefined });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function speakCbor(action: string, body: Buffer, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/service/Many/operation/${action}`, {
    ...{ method: 'POST', body: new Uint8Array(body) },
    headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', ...headers },
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return {
    status: answer.status,
    headers: answer.headers,
    output: cbor.deserialize(bytes) as Record<string, unknown>,
  };
}

const speakForm = async (form: string) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(url, { method: 'POST', body: form, headers });
  return { status: answer.status, text: await answer.text() };
};

test('one service answers in three protocols', async () => {
  const at = 1_790_000_000.5;
  const inCbor = await speakCbor('Do', encodeCbor({ At: new Timestamp(at * 1000), N: [1.5, -7, true] }));
  expect(seen).toEqual({ At: at, N: [1.5, -7, true] });
  expect(inCbor.output).toMatchObject({ At: { tag: 1, value: at }, Whole: 3, List: [{ A: '<' }] });
  expect(inCbor.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');

  const inJson = await fetch(url, {
    ...{ method: 'POST', body: '{}' },
    headers: { 'x-amz-target': 'Many.Do', 'content-type': 'application/x-amz-json-1.0' },
  });
  expect(await inJson.text()).toBe(`{"At":${at},"Whole":3.0,"List":[{"A":"<"}]}`);

  const inXml = await speakForm('Action=Do&Version=2010-08-01&L.member.2.B=y&L.member.1.B=x&Empty=');
  expect(seen).toEqual({ L: [{ B: 'x' }, { B: 'y' }], Empty: '' });
  expect(inXml.text).toContain(
    '<DoResponse xmlns="urn:many"><DoResult><At>2026-09-21T14:13:20.500Z</At><Whole>3.0</Whole>' +
      '<List><member><A>&lt;</A></member></List></DoResult>',
  );
});

test('errors bear the codes of their protocol', async () => {
  const inCbor = await speakCbor('Fail', encodeCbor({}));
  expect(inCbor.status).toBe(409);
  expect(inCbor.output).toEqual({ __type: 'com.many#NewCode', message: 'No & never.' });
  expect(inCbor.headers.get('x-amzn-query-error')).toBe('OldCode;Sender');
  const inXml = await speakForm('Action=Fail&Version=2010-08-01');
  expect(inXml.text).toContain('<Code>OldCode</Code><Message>No &amp; never.</Message>');
});

test('bodies that are broken are refused as such', async () => {
  const refusals = [
    await speakCbor('Do', Buffer.from('a1616', 'hex')),
    await speakCbor('Do', encodeCbor([])),
    await speakCbor('Do', Buffer.from('no gzip'), { 'content-encoding': 'gzip' }),
    await speakCbor('Do', gzipSync(Buffer.alloc(20 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
  ];
  for (const { status, output } of refusals) {
    expect(status).toBe(400);
    expect(output.__type).toMatch(/#SerializationException$/);
  }
  expect((await speakCbor('Do', gzipSync(encodeCbor({ a: 1 })), { 'content-encoding': 'gzip' })).status).toBe(
    200,
  );
  expect((await speakForm('Action=Do&Version=2010-08-01&A=1&A.member.1=2')).text).toContain(
    'MalformedQueryString',
  );
  expect((await speakForm(`Action=Do&Version=2010-08-01&${'a.'.repeat(20)}b=1`)).status).toBe(400);
});

test('what is encoded as CBOR is read back the same', () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.constant(null),
  );
  const name = fc.string().filter((text) => text !== '__proto__');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree')), fc.dictionary(name, tie('tree'))),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const back: unknown = cbor.deserialize(encodeCbor(value));
      // Whole doubles are written as integers, which have no negative zero.
      expect(JSON.stringify(plain(back))).toBe(JSON.stringify(value));
    }),
    { numRuns: 300 },
  );
});

/** The decoder gives integers of eight bytes as bigints. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

test('a form’s names cannot reach an object’s own', () => {
  const input = inputOfForm({ '__proto__.polluted': 'yes', 'constructor.prototype.polluted': 'yes' });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.keys(input)).toEqual(['__proto__', 'constructor']);
  expect(xmlOfOutput('Do', 'urn:x', undefined, 'id')).not.toContain('DoResult');
});
