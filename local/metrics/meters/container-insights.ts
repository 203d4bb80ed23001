import type { ClusterRecord, ServiceRecord } from '../../ecs/model.ts';
import { isStarting } from '../../ecs/model.ts';
import { taskOwners } from '../../ecs/state.ts';
import { type Dimensions, type Measurement, measurementsIn } from './measurement.ts';
import type { EcsState, TaskUsage } from './tasks.ts';

const measurement = measurementsIn('ECS/ContainerInsights');

/** `ECS/ContainerInsights`, for clusters whose setting `containerInsights` is on. */
export function containerInsights(ecs: EcsState, usages: readonly TaskUsage[]): Measurement[] {
  const watched = [...ecs.clusters.values()].filter(isWatched);
  if (watched.length === 0) return [];
  return watched.flatMap((cluster) => {
    const services = [...ecs.services.values()].filter(
      (service) => service.cluster === cluster.name && service.status !== 'INACTIVE',
    );
    const mine = usages.filter(({ task }) => task.cluster === cluster.name);
    const running = ecs.tasks
      .of(taskOwners.cluster(cluster.name))
      .filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
    const dimensions = { ClusterName: cluster.name };
    return [
      measurement('TaskCount', dimensions, running),
      measurement('ServiceCount', dimensions, services.length),
      ...used(dimensions, mine),
      ...families(mine),
      ...services.flatMap((service) => ofService(ecs, service, mine)),
    ];
  });
}

const isWatched = ({ status, settings }: ClusterRecord) =>
  status === 'ACTIVE' &&
  settings.some(
    ({ name, value }) => name === 'containerInsights' && (value === 'enabled' || value === 'enhanced'),
  );

function ofService(ecs: EcsState, service: ServiceRecord, usages: readonly TaskUsage[]): Measurement[] {
  const dimensions = { ClusterName: service.cluster, ServiceName: service.name };
  const tasks = ecs.tasks.of(taskOwners.service(service.key));
  return [
    measurement('DesiredTaskCount', dimensions, service.desiredCount),
    measurement(
      'RunningTaskCount',
      dimensions,
      tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    ),
    measurement(
      'PendingTaskCount',
      dimensions,
      tasks.filter(({ lastStatus }) => isStarting(lastStatus)).length,
    ),
    measurement('DeploymentCount', dimensions, service.deployments.length),
    ...used(
      dimensions,
      usages.filter((usage) => usage.service?.key === service.key),
    ),
  ];
}

function families(usages: readonly TaskUsage[]): Measurement[] {
  const names = [...new Set(usages.map(({ task }) => task.family))];
  return names.flatMap((family) => {
    const mine = usages.filter(({ task }) => task.family === family);
    return used({ ClusterName: mine[0]!.task.cluster, TaskDefinitionFamily: family }, mine);
  });
}

function used(dimensions: Dimensions, usages: readonly TaskUsage[]): Measurement[] {
  if (usages.length === 0) return [];
  const sum = (of: (usage: TaskUsage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  return [
    measurement(
      'CpuUtilized',
      dimensions,
      sum((one) => one.cpuUnits),
      'None',
    ),
    measurement(
      'CpuReserved',
      dimensions,
      sum((one) => one.cpuReserved),
      'None',
    ),
    measurement(
      'MemoryUtilized',
      dimensions,
      sum((one) => one.memoryMiB),
      'Megabytes',
    ),
    measurement(
      'MemoryReserved',
      dimensions,
      sum((one) => one.memoryReservedMiB),
      'Megabytes',
    ),
  ];
}
