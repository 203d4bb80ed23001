import type { EcsContext } from '../context.ts';
import type { DeploymentRecord, ServiceDeploymentRecord, ServiceRecord } from '../model.ts';

type Watched = Pick<ServiceRecord, 'configuration'>;

/** The alarms that the service's deployments watch. */
export function watchedAlarms({ configuration }: Watched): readonly string[] {
  return configuration.alarms?.enable ? (configuration.alarms.alarmNames ?? []) : [];
}

/** Those of them that are in ALARM now. */
export function alarmed(context: EcsContext, service: Watched): readonly string[] {
  return watchedAlarms(service).filter((name) => context.alarms.state(name) === 'ALARM');
}

/** What a new deployment remembers of its alarms. */
export function openAlarms(context: EcsContext, service: Watched): ServiceDeploymentRecord['alarms'] {
  return { isIgnored: alarmed(context, service).length > 0, triggered: [] };
}

/** The alarms for which a deployment under way has to fail; a return is not disturbed by them. */
export function alarmsAgainst(
  context: EcsContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
): readonly string[] {
  if (deployment.isRollback || deployment.rolloutState !== 'IN_PROGRESS') return [];
  const record = context.state.serviceDeployments.get(deployment.serviceDeploymentArn);
  return record?.alarms?.isIgnored === false ? alarmed(context, service) : [];
}

/** The alarms as DescribeServiceDeployments shows them. */
export function alarmsView(record: ServiceDeploymentRecord, hasEnded: boolean) {
  const names = watchedAlarms(record);
  const { isIgnored = false, triggered = [] } = record.alarms ?? {};
  const watched = hasEnded ? 'MONITORING_COMPLETE' : 'MONITORING';
  const status = triggered.length > 0 ? 'TRIGGERED' : watched;
  return {
    status: names.length === 0 || isIgnored ? 'DISABLED' : status,
    alarmNames: names,
    triggeredAlarmNames: triggered,
  };
}
