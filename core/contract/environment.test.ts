import { describe, expect, it } from 'vitest';
import { parseEnvironments } from './environment.ts';
import { logGroupOf, logStreamOf } from './logging.ts';

const one = {
  name: 'local',
  cluster: 'default',
  region: 'us-east-1',
  account: '000000000000',
  subnets: ['subnet-1'],
};
const read = (value: unknown) => parseEnvironments(JSON.stringify(value));

describe('environments', () => {
  it('get their defaults', () => {
    expect(read([one])).toEqual([
      { ...one, securityGroups: [], launchType: 'FARGATE', logGroupPrefix: '/berth', local: false },
    ]);
  });

  it('say where logs are', () => {
    expect(logGroupOf(read([one])[0]!, 'shop-web')).toBe('/berth/local/shop-web');
    expect(logStreamOf('abc')).toBe('berth/main/abc');
  });

  it.each<[string, string, string]>([
    ['no JSON', '{', 'has to be JSON'],
    ['no list', '{}', 'has to be an array'],
    ['twice the same', JSON.stringify([one, one]), 'name each environment once'],
    ['a misspelt key', JSON.stringify([{ ...one, subnet: [] }]), '/0/subnet there is no key'],
    ['a short account', JSON.stringify([{ ...one, account: '1' }]), '/0/account has to be an account id'],
    ['no subnet', JSON.stringify([{ ...one, subnets: [] }]), '/0/subnets has to be at least 1'],
  ])('refuses %s', (_, json, message) => {
    expect(() => parseEnvironments(json)).toThrow(message);
  });
});
