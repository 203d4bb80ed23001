import { AwsError, type AwsService } from './support/service.ts';

export interface SecretsManagerDependencies {
  readonly account: string;
  readonly region: string;
  /** The value of a secret by its ARN or its name; undefined where there is none. */
  read(arnOrName: string): string | undefined;
}

/**
 * Secrets Manager over the secrets of this machine, to be read only: they are a developer's file, and whoever writes
 * there writes the file. Every secret has one version, the current one.
 */
export function createSecretsManager({ account, region, read }: SecretsManagerDependencies): AwsService {
  const find = ({ SecretId }: Record<string, unknown>) => {
    if (typeof SecretId !== 'string' || !/^[\w/+=.@:-]{1,2048}$/.test(SecretId))
      throw new AwsError('InvalidParameterException', 'Invalid name. Must be a valid name or ARN.');
    const value = read(SecretId);
    if (value === undefined)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    const name = nameOf(SecretId);
    const ARN = SecretId.startsWith('arn:')
      ? SecretId
      : `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;
    return { ARN, Name: name, value };
  };
  return {
    name: 'secretsmanager',
    targetPrefix: 'secretsmanager',
    call(action, input) {
      const { value, ...secret } = find(input);
      if (action === 'DescribeSecret') return { ...secret, VersionIdsToStages: { [version]: current } };
      if (action !== 'GetSecretValue')
        throw new AwsError('InvalidRequestException', `Local AWS's Secrets Manager has no ${action}.`);
      if (input.VersionStage !== undefined && input.VersionStage !== current[0])
        throw new AwsError(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for staging label: ${String(input.VersionStage)}`,
        );
      return { ...secret, SecretString: value, VersionId: version, VersionStages: current };
    },
  };
}

/** What AWS puts behind the name in an ARN, six characters by chance: here always the same. */
const suffix = 'local1';
const version = '00000000-0000-4000-8000-000000000001';
const current = ['AWSCURRENT'];

const nameOf = (id: string) => (/:secret:([^:]+)/.exec(id)?.[1] ?? id).replace(/-local1$/, '');
