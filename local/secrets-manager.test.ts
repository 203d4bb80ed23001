import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretsIn } from './secrets.ts';
import { createSecretsManager } from './secrets-manager.ts';

let directory: string;
let call: (action: string, input: object) => unknown;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-secrets-'));
  const file = join(directory, 'secrets.json');
  writeFileSync(file, JSON.stringify({ 'berth/github-webhook': 'a value', 'ends-like-secret': 'another' }));
  const service = createSecretsManager({
    ...{ account: '000000000000', region: 'us-east-1' },
    read: secretsIn(file),
  });
  call = (action, input) => service.call(action, { ...input }, {});
});
afterEach(() => rmSync(directory, { recursive: true }));

const arn = (name: string) => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}`;

describe('a secret of this machine', () => {
  it.each(['berth/github-webhook', arn('berth/github-webhook'), arn('berth/github-webhook-a1B2c3')])(
    'is read as %s',
    (SecretId) => {
      expect(call('GetSecretValue', { SecretId })).toMatchObject({
        SecretString: 'a value',
        VersionStages: ['AWSCURRENT'],
      });
    },
  );

  it('may have a name that ends as ARNs do', () => {
    expect(call('GetSecretValue', { SecretId: arn('ends-like-secret') })).toMatchObject({
      SecretString: 'another',
    });
    expect(call('GetSecretValue', { SecretId: arn('ends-like-secret-local1') })).toMatchObject({
      ...{ SecretString: 'another', Name: 'ends-like-secret' },
    });
  });

  it('is described without its value', () => {
    const described = call('DescribeSecret', { SecretId: 'berth/github-webhook' });
    expect(described).toMatchObject({
      ARN: arn('berth/github-webhook-local1'),
      Name: 'berth/github-webhook',
    });
    expect(JSON.stringify(described)).not.toContain('a value');
  });

  it.each([
    ['that is not there', { SecretId: 'shop/none' }, 'ResourceNotFoundException'],
    [
      'in a stage that it has not',
      { SecretId: 'berth/github-webhook', VersionStage: 'AWSPREVIOUS' },
      'ResourceNotFoundException',
    ],
    ['without a name', {}, 'InvalidParameterException'],
    ['of no possible name', { SecretId: 'a b' }, 'InvalidParameterException'],
  ])('%s is refused as AWS does', (_, input, code) => {
    expect(() => call('GetSecretValue', input)).toThrow(expect.objectContaining({ code }));
  });
});
