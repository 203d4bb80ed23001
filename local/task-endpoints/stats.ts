import { availableParallelism } from 'node:os';
import type { ContainerRecord } from '../ecs/model.ts';
import type { ContainerUsage } from '../runtimes/runtime.ts';

const MIB = 1024 * 1024;

/**
 * What a container uses, in the shape of Docker's statistics: CPU in nanoseconds since it started, against none before,
 * so that the usual calculation gives its average.
 */
export function dockerStats(container: ContainerRecord, usage: ContainerUsage, nowMs: number): object {
  const cpus = availableParallelism();
  const startedMs = container.startedAt ?? nowMs;
  const total = Math.round(usage.cpuSeconds * 1e9);
  const cpuOf = (totalUsage: number, systemUsage: number) => ({
    cpu_usage: { total_usage: totalUsage },
    system_cpu_usage: systemUsage,
    online_cpus: cpus,
  });
  return {
    read: new Date(nowMs).toISOString(),
    preread: new Date(startedMs).toISOString(),
    name: container.name,
    id: container.runtimeId,
    cpu_stats: cpuOf(total, (nowMs - startedMs) * 1e6 * cpus),
    precpu_stats: cpuOf(0, 0),
    memory_stats: {
      usage: usage.memoryBytes,
      ...(container.memory !== undefined && { limit: container.memory * MIB }),
    },
  };
}
