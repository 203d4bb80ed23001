import { describe, expect, it } from 'vitest';
import { stageOf } from './stages.ts';

const environment = { name: 'web', cluster: 'web', subnets: ['subnet-1'] };
const stage = { account: '111122223333', region: 'eu-west-1', environments: [environment] };

describe('a stage', () => {
  it('gives its environments what they have in common', () => {
    expect(stageOf('dev', { dev: stage })).toMatchObject({
      isProduction: false,
      partition: 'aws',
      logRetentionDays: 30,
      reserveConcurrency: true,
      environments: [{ account: '111122223333', region: 'eu-west-1', launchType: 'FARGATE', local: false }],
    });
  });

  it('knows other partitions', () => {
    expect(stageOf('dev', { dev: { ...stage, region: 'cn-north-1' } }).partition).toBe('aws-cn');
    expect(stageOf('dev', { dev: { ...stage, region: 'us-gov-west-1' } }).partition).toBe('aws-us-gov');
  });

  it.each([
    ['Dev!', stage, /"Dev!" is no name for a stage/],
    ['other', stage, /no stage "other", but dev/],
    ['dev', { ...stage, account: 1 }, /\/dev\/account has to be a string/],
    ['dev', { ...stage, acount: '1' }, /did you mean "account"\?/],
    ['dev', { ...stage, logRetentionDays: 31 }, /logRetentionDays has to be one of 1, 3/],
    ['dev', { ...stage, environments: [] }, /has to have an environment/],
    ['dev', { ...stage, environments: [{ name: 'web' }] }, /environments of "dev".*\/0\/cluster is missing/],
    ['dev', { ...stage, environments: [{ ...environment, region: 'eu-west-2' }] }, /a stage of its own/],
    ['dev', { ...stage, environments: [{ ...environment, local: true }] }, /for Local AWS/],
    ['dev', { ...stage, environments: many(20) }, /may take 4 KB/],
  ])('%s is refused with advice', (name, settings, advice) => {
    expect(() => stageOf(name, { dev: settings })).toThrow(advice);
  });
});

function many(count: number) {
  return Array.from({ length: count }, (_, place) => ({ ...environment, name: `web-${place}` }));
}
