import type { ServiceRecord } from '../../ecs/model.ts';
import { summaryOf, type ValueCount } from '../summary.ts';
import { type Dimensions, type Measurement, measurementsIn } from './measurement.ts';
import type { TaskUsage } from './tasks.ts';

const measurement = measurementsIn('AWS/ECS');

interface Group {
  readonly dimensions: Dimensions;
  readonly cpu: ValueCount[];
  readonly memory: ValueCount[];
}

/**
 * `AWS/ECS`: what the tasks of each service use, in per cent of what they reserve. Each task is one value, so that
 * minimum and maximum are those of tasks. Nothing is told of a service without a running task.
 */
export function serviceMetrics(
  usages: readonly TaskUsage[],
  isWanted: (service: ServiceRecord, metric: string) => boolean,
): Measurement[] {
  const groups = new Map<string, Group>();
  for (const { task, service, ...used } of usages) {
    if (!service) continue;
    const dimensions = { ClusterName: task.cluster, ServiceName: service.name };
    const group: Group = groups.get(service.key) ?? { dimensions, cpu: [], memory: [] };
    groups.set(service.key, group);
    if (used.cpuReserved > 0 && isWanted(service, 'CPUUtilization'))
      group.cpu.push([(100 * used.cpuUnits) / used.cpuReserved, 1]);
    if (used.memoryReservedMiB > 0 && isWanted(service, 'MemoryUtilization'))
      group.memory.push([(100 * used.memoryMiB) / used.memoryReservedMiB, 1]);
  }
  const named = (name: string, dimensions: Dimensions, values: readonly ValueCount[]) =>
    values.length === 0 ? [] : [measurement(name, dimensions, summaryOf(values), 'Percent')];
  return [...groups.values()].flatMap(({ dimensions, cpu, memory }) => [
    ...named('CPUUtilization', dimensions, cpu),
    ...named('MemoryUtilization', dimensions, memory),
  ]);
}
