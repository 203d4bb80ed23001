import type { Resources } from '../instances/model.ts';
import type { ContainerDefinition, Definition, TaskRecord } from '../model.ts';
import type { HostPort } from './records.ts';

/** What a task takes of the container instance that it is placed on. */
export interface Needs {
  readonly cpu: number;
  readonly memory: number;
  readonly hostPorts: readonly HostPort[];
}

interface Sizes {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
}

/** Ports that the system, Docker and the agent keep on every container instance. */
export const reservedPorts: readonly number[] = [22, 2375, 2376, 51678, 51679];

/** Where Docker takes host ports from when none is asked for. */
const dynamicPorts = { first: 32_768, last: 60_999 };

/** The task's own sizes where it has them, otherwise the sum of what its containers reserve. */
export function needsOf(definition: Definition, overrides: Sizes = {}): Needs {
  const containers = definition.containerDefinitions ?? [];
  const sum = (amount: (container: ContainerDefinition) => number | undefined) =>
    containers.reduce((total, container) => total + (amount(container) ?? 0), 0);
  const cpu = overrides.cpu ?? definition.cpu;
  const memory = overrides.memory ?? definition.memory;
  return {
    cpu: cpu === undefined ? sum((container) => container.cpu) : Number(cpu),
    memory:
      memory === undefined
        ? sum((container) => container.memoryReservation ?? container.memory)
        : Number(memory),
    hostPorts: containers.flatMap((container) => fixedPorts(definition, container)),
  };
}

/** The host ports that a container insists on: with `host` its own, with `bridge` those that it names. */
function fixedPorts(definition: Definition, container: ContainerDefinition): HostPort[] {
  const mappings = container.portMappings ?? [];
  const protocol = (name: string | undefined) => (name === 'udp' ? 'udp' : 'tcp');
  const bindings = mappings.flatMap(({ containerPort, hostPort, protocol: named }) =>
    containerPort === undefined ? [] : [{ containerPort, hostPort, protocol: protocol(named) } as const],
  );
  if (definition.networkMode === 'host') {
    return bindings.map((binding) => ({ ...binding, hostPort: binding.containerPort }));
  }
  if (hasOwnAddress(definition)) return [];
  return bindings.flatMap(({ hostPort, ...binding }) => (hostPort ? [{ ...binding, hostPort }] : []));
}

function hasOwnAddress({ networkMode }: Definition): boolean {
  return networkMode === 'awsvpc' || networkMode === 'none';
}

/** What the tasks leave of an instance. Ports are added: ECS lists those that are taken. */
export function remainingOf(registered: Resources, tasks: readonly TaskRecord[]): Resources {
  const ports = tasks.flatMap(({ reserved }) => reserved?.hostPorts ?? []);
  const taken = (protocol: string, own: readonly number[]) => [
    ...new Set([
      ...own,
      ...ports.filter((port) => port.protocol === protocol).map(({ hostPort }) => hostPort),
    ]),
  ];
  return {
    cpu: tasks.reduce((left, { reserved }) => left - (reserved?.cpu ?? 0), registered.cpu),
    memory: tasks.reduce((left, { reserved }) => left - (reserved?.memory ?? 0), registered.memory),
    ports: taken('tcp', registered.ports),
    portsUdp: taken('udp', registered.portsUdp),
  };
}

/** What an instance lacks for a task, in ECS's words; undefined when the task fits. */
export function lackOf(remaining: Resources, needs: Needs): string | undefined {
  if (needs.cpu > remaining.cpu) return 'RESOURCE:CPU';
  if (needs.memory > remaining.memory) return 'RESOURCE:MEMORY';
  const taken = (port: HostPort) =>
    (port.protocol === 'udp' ? remaining.portsUdp : remaining.ports).includes(port.hostPort);
  const own = needs.hostPorts.map(({ protocol, hostPort }) => `${protocol}/${hostPort}`);
  if (needs.hostPorts.some(taken) || new Set(own).size < own.length) return 'RESOURCE:PORTS';
  return undefined;
}

/**
 * The host ports of one container once its instance is known: those it insists on, and for each mapping of `bridge`
 * without one the first of Docker's range that nobody has. `taken` are `tcp/32768`-like keys, and gains what is given.
 */
export function bindPorts(
  definition: Definition,
  container: ContainerDefinition,
  taken: Set<string>,
): readonly HostPort[] {
  const fixed = fixedPorts(definition, container);
  for (const port of fixed) taken.add(portKey(port));
  if (hasOwnAddress(definition) || definition.networkMode === 'host') return fixed;
  const free = (container.portMappings ?? []).flatMap(({ containerPort, hostPort, protocol }): HostPort[] => {
    if (containerPort === undefined || hostPort) return [];
    const kind = protocol === 'udp' ? 'udp' : 'tcp';
    const found = firstFree(kind, taken);
    return found === undefined ? [] : [{ containerPort, hostPort: found, protocol: kind }];
  });
  return [...fixed, ...free];
}

function firstFree(protocol: HostPort['protocol'], taken: Set<string>): number | undefined {
  for (let hostPort = dynamicPorts.first; hostPort <= dynamicPorts.last; hostPort += 1) {
    const key = portKey({ protocol, hostPort });
    if (taken.has(key)) continue;
    taken.add(key);
    return hostPort;
  }
  return undefined;
}

export function portKey({ protocol, hostPort }: Pick<HostPort, 'protocol' | 'hostPort'>): string {
  return `${protocol}/${hostPort}`;
}
