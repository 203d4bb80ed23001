import type { EcsContext } from '../context.ts';
import type { InstanceRecord } from '../instances/model.ts';
import { tasksOn } from '../instances/view.ts';
import type { InstanceSnapshot } from './place.ts';
import { remainingOf } from './resources.ts';

type Seen = Pick<EcsContext, 'state'>;

/** The instances of a cluster that are not INACTIVE, as placement sees them; oldest first. */
export function instancesOf(context: Seen, cluster: string): readonly InstanceSnapshot[] {
  return context.state.instances
    .of(cluster)
    .filter(({ status }) => status !== 'INACTIVE')
    .map((instance) => instanceSnapshot(context, instance));
}

export function instanceSnapshot(context: Seen, instance: InstanceRecord): InstanceSnapshot {
  const tasks = tasksOn(context, instance.id);
  const present = tasks.filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
  return {
    id: instance.id,
    arn: instance.arn,
    status: instance.status,
    launchType: instance.launchType,
    capacityProvider: instance.capacityProvider,
    zone: instance.zone,
    agentConnected: instance.agentConnected,
    agentVersion: instance.versionInfo.agentVersion ?? '',
    hostId: instance.hostId,
    registeredAt: instance.registeredAt,
    runningTasks: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    attributes: new Map(instance.attributes.map(({ name, value }) => [name, value])),
    groups: present.map(({ group }) => group),
    remaining: remainingOf(instance.registered, tasks),
  };
}
