import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGitHub } from '../../test/support/github.ts';
import { type Environment, parseEnvironments } from '../contract/environment.ts';
import { BerthError } from '../kernel/errors.ts';
import type { PipelineEffect } from '../pipelines/model.ts';
import { reportStatus } from './github-status.ts';

const arn = (name: string) => `arn:aws:secretsmanager:eu-central-1:000000000000:secret:${name}-a1b2c3`;
const effect: PipelineEffect = {
  ...{ type: 'report_status', environment: 'local', repository: 'acme/shop', commit: 'a'.repeat(40) },
  ...{ context: 'berth/local/shop-web', delivery: 'd' },
  status: { state: 'failure', description: 'rolled back: 31 errors' },
};

let stub: Awaited<ReturnType<typeof startGitHub>>;
beforeEach(async () => {
  stub = await startGitHub();
});
afterEach(() => stub.stop());

const environmentAt = (apiUrl: string, token: object = { tokenSecretArn: arn('token') }): Environment =>
  parseEnvironments(
    JSON.stringify([
      {
        ...{
          name: 'local',
          cluster: 'local',
          region: 'eu-central-1',
          account: '000000000000',
          subnets: ['s'],
        },
        github: { webhookSecretArn: arn('hook'), apiUrl, ...token },
      },
    ]),
  )[0]!;

const report = (
  environment = environmentAt(stub.url),
  read = async (): Promise<string | undefined> => 't-1',
) => reportStatus(effect, { secrets: { read }, environment: () => environment });

describe('a status', () => {
  it('is posted as GitHub wants it', async () => {
    expect(await report()).toEqual({ told: 'posted' });
    expect(stub.statuses).toEqual([
      {
        path: `/repos/acme/shop/statuses/${'a'.repeat(40)}`,
        authorization: 'Bearer t-1',
        body: { ...effect.status, context: 'berth/local/shop-web' },
      },
    ]);
  });

  it.each<[number, Record<string, string>, string]>([
    [401, {}, 'refused'],
    [404, {}, 'refused'],
    [422, {}, 'refused'],
    [302, { location: 'http://169.254.169.254/' }, 'refused'],
    [403, { 'x-ratelimit-remaining': '4999' }, 'refused'],
    [403, { 'x-ratelimit-remaining': '0' }, 'later'],
    [403, { 'retry-after': '60' }, 'later'],
    [429, {}, 'later'],
    [500, {}, 'later'],
    [503, {}, 'later'],
  ])('that is answered by %i %o is %s', async (status, headers, told) => {
    stub.answers.push({ status, headers });
    expect(await report()).toMatchObject({ told, reason: expect.stringContaining(String(status)) });
    expect(stub.statuses).toHaveLength(1);
  });

  it('is skipped where there is no token, and put off where nobody answers; the token is never told', async () => {
    expect(await report(environmentAt(stub.url, {}))).toMatchObject({ told: 'skipped' });
    expect(await report(undefined, async () => undefined)).toMatchObject({ told: 'skipped' });
    const unavailable = async () => {
      throw new BerthError('unavailable', 'canary');
    };
    expect(JSON.stringify(await report(undefined, unavailable))).not.toContain('canary');
    const broken = await report(undefined, async () => 'a token\nwith a line break');
    expect(broken).toMatchObject({ told: 'later' });
    expect(JSON.stringify(broken)).not.toContain('token\\nwith');
    expect(stub.statuses).toEqual([]);
    await stub.stop();
    expect(await report()).toMatchObject({ told: 'later', reason: /ECONNREFUSED/ });
  });
});
