import type Docker from 'dockerode';
import type { ContainerUsage } from '../runtime.ts';

const AT_ONCE = 8;

/** What containers use, a few asked at a time; one that has ended or cannot be asked is left out. */
export async function usageOf(
  containers: ReadonlyMap<string, Docker.Container>,
): Promise<ReadonlyMap<string, ContainerUsage>> {
  const usages = new Map<string, ContainerUsage>();
  const waiting = [...containers];
  const ask = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [id, container] = next;
      // `one-shot` spares the engine the second look, a second later, that only rates need.
      const seen = await container.stats({ stream: false, 'one-shot': true }).catch(() => undefined);
      const usage = seen && usageFrom(seen);
      if (usage) usages.set(id, usage);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return usages;
}

/** Of memory, what the kernel could drop at once is not counted, as `docker stats` does. */
function usageFrom({ cpu_stats, memory_stats }: Docker.ContainerStats): ContainerUsage | undefined {
  if (memory_stats.usage === undefined) return undefined;
  const { inactive_file: inactive = 0, total_inactive_file: older = 0 } = memory_stats.stats ?? {};
  return {
    cpuSeconds: cpu_stats.cpu_usage.total_usage / 1e9,
    memoryBytes: Math.max(0, memory_stats.usage - (inactive || older)),
  };
}
