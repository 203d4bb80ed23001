import type { ServiceRecord } from '../../ecs/model.ts';
import type { EcsState } from './tasks.ts';

/** Which metrics a service has measured every twenty seconds. */
export type Fast = (service: ServiceRecord) => readonly string[];

export const fastSeconds = 20;

export function fastMetrics({ revisions }: Pick<EcsState, 'revisions'>): Fast {
  return ({ deployments }) => {
    const arn = deployments.find(({ status }) => status === 'PRIMARY')?.revisionArn;
    const { metricConfigurations = [] } = (arn && revisions.get(arn)?.monitoring) || {};
    return metricConfigurations
      .filter(({ resolutionSeconds }) => resolutionSeconds === fastSeconds)
      .flatMap(({ metricNames }) => metricNames ?? []);
  };
}
