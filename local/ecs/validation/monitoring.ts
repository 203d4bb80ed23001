import type { CreateServiceRequest } from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import type { Wire } from '../wire.ts';

export type Monitoring = NonNullable<Wire<CreateServiceRequest>['monitoring']>;

const metricNames = ['CPUUtilization', 'MemoryUtilization'];
const resolutions = [20, 60];
const mostConfigurations = 5;

/** The resolution of a service's metrics; AWS has two metrics of two resolutions. */
export function checkMonitoring(monitoring: Monitoring | undefined): void {
  const all = monitoring?.metricConfigurations ?? [];
  if (all.length > mostConfigurations)
    throw invalid(`A service can have at most ${mostConfigurations} metric configurations.`);
  const names = all.flatMap((one) => one.metricNames ?? []);
  const unknown = names.find((name) => !metricNames.includes(name));
  if (unknown !== undefined)
    throw invalid(`The metric name ${unknown} is not supported: use one of ${metricNames.join(', ')}.`);
  if (new Set(names).size !== names.length) throw invalid('A metric may be configured only once.');
  const odd = all.find(({ resolutionSeconds }) => !resolutions.includes(resolutionSeconds ?? 60));
  if (odd) throw invalid(`The resolution must be ${resolutions.join(' or ')} seconds.`);
}
