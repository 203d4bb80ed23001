import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../contract/environment.ts';
import { type CallJson, type JsonCall, jsonCaller } from './json-call.ts';
import { secretNamesOf } from './secret-names.ts';

const environment = { region: 'eu-central-1' } as Environment;
const secret = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:shop/key-AbCdEf';
const parameter = 'arn:aws:ssm:eu-central-1:000000000000:parameter/shop/url';

/** AWS with these secrets and parameters; it answers one parameter a page, and an empty page before. */
function aws(there: readonly string[], calls: JsonCall[] = []): CallJson {
  return async (call) => {
    calls.push(call);
    if (call.service === 'secretsmanager') {
      const { SecretId } = call.input as { SecretId: string };
      if (there.includes(SecretId)) return { ok: true, value: { ARN: SecretId } };
      return { ok: false, code: 'ResourceNotFoundException', message: 'no such secret' };
    }
    const { ParameterFilters, NextToken = '0' } = call.input as {
      ParameterFilters: [{ Values: string[] }];
      NextToken?: string;
    };
    expect(ParameterFilters[0].Values.length).toBeLessThanOrEqual(50);
    const found = ParameterFilters[0].Values.filter((name) => there.includes(name));
    const page = Number(NextToken);
    const Parameters = page === 0 ? [] : found.slice(page - 1, page).map((Name) => ({ Name }));
    return {
      ok: true,
      value: { Parameters, ...(page < found.length && { NextToken: String(page + 1) }) },
    };
  };
}

describe('secrets', () => {
  it('are found by ARN, by name, and by a key within one', async () => {
    const there = [secret, '/shop/url', 'plain'];
    const asked = [secret, `${secret}:password::`, parameter, 'plain', '/plain'];
    const found = await secretNamesOf(aws(there)).find(asked, environment);
    expect(found.map(({ is }) => is)).toEqual(asked.map(() => 'there'));
    expect(found.map(({ reference }) => reference)).toEqual(asked);
  });

  it('that are not there are missing, and no value is ever asked for', async () => {
    const calls: JsonCall[] = [];
    const many = Array.from({ length: 60 }, (_, place) => `shop/v${place}`);
    const found = await secretNamesOf(aws([], calls)).find([secret, ...many], environment);
    expect(found.every(({ is }) => is === 'missing')).toBe(true);
    expect(new Set(calls.map(({ target }) => target))).toEqual(
      new Set(['secretsmanager.DescribeSecret', 'AmazonSSM.DescribeParameters']),
    );
  });

  it('are unknown where AWS refuses, or does not answer', async () => {
    const denied: CallJson = async () => ({ ok: false, code: 'AccessDeniedException', message: 'no' });
    const silent: CallJson = async () => {
      throw new Error('timeout');
    };
    for (const call of [denied, silent]) {
      const found = await secretNamesOf(call).find([secret, 'shop/url'], environment);
      expect(found.map(({ is }) => is)).toEqual(['unknown', 'unknown']);
    }
  });
});

it('a call is signed for its service, and an error has its plain name', async () => {
  const heard: { authorization?: string | undefined; target?: unknown; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { authorization, 'x-amz-target': target } = request.headers;
    heard.push({ authorization, target, body });
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: 'com.amazonaws#ResourceNotFoundException', Message: 'none' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ accessKeyId: 'AKIATEST', secretAccessKey: 'secret' });
  const call = jsonCaller({ credentials, endpoint });
  const target = 'secretsmanager.DescribeSecret';
  const asked = { service: 'secretsmanager', target, region: 'eu-central-1', input: { SecretId: 'a' } };
  expect(await call(asked)).toEqual({ ok: false, code: 'ResourceNotFoundException', message: 'none' });
  server.close();
  expect(heard).toEqual([{ authorization: expect.any(String), target, body: '{"SecretId":"a"}' }]);
  expect(heard[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, /,
  );
});
