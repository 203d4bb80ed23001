import type { ClusterConfiguration, ClusterSetting } from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import type { ClusterRecord } from '../model.ts';
import type { Wire } from '../wire.ts';

type Settings = ClusterRecord['settings'];

const insights = ['enabled', 'disabled', 'enhanced'];

/** Settings with what is left out from the account's default. */
export function acceptSettings(
  given: readonly Wire<ClusterSetting>[] | undefined,
  fallback: string,
): Settings {
  for (const { name, value } of given ?? []) {
    if (name !== undefined && !insights.includes(value ?? '')) {
      throw invalid(`Invalid setting value for ${name}: it should be one of [${insights.join(',')}].`);
    }
  }
  return given && given.length > 0 ? given : [{ name: 'containerInsights', value: fallback }];
}

/** ECS's rules for where ExecuteCommand logs to. */
export function checkConfiguration(configuration: Wire<ClusterConfiguration> | undefined): void {
  const execute = configuration?.executeCommandConfiguration;
  if (!execute) return;
  const logs = execute.logConfiguration;
  if (execute.logging === 'OVERRIDE' && !logs) {
    throw invalid('The log configuration must be provided when logging is OVERRIDE.');
  }
  if (execute.logging !== 'OVERRIDE' && logs) {
    throw invalid('The log configuration can only be provided when logging is OVERRIDE.');
  }
  if (logs?.s3EncryptionEnabled && logs.s3BucketName === undefined) {
    throw invalid('s3BucketName must be provided when s3EncryptionEnabled is true.');
  }
}
