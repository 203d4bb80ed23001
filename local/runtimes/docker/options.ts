import { cpus } from 'node:os';
import type Docker from 'dockerode';
import { fileNameOf } from '../../logs/names.ts';
import type { ContainerLaunch } from '../runtime.ts';
import {
  ID_LABEL,
  LOG_GROUP_LABEL,
  LOG_STREAM_LABEL,
  OWNER_LABEL,
  ownerDigest,
  TASK_LABEL,
} from './labels.ts';
import { volumesOf } from './volumes.ts';

const MIB = 1024 * 1024;
/** The engine takes no smaller limit. */
const MIN_MEMORY_MIB = 6;

/** A name that follows from owner and id, so that one id cannot run twice whoever is killed when. */
export function containerName(owner: string, id: string): string {
  return `berth-${ownerDigest(owner)}-${fileNameOf(id)}`;
}

export interface Surroundings {
  readonly owner: string;
  /** The running container whose network this one joins; without one it gets its own. */
  readonly joins?: string;
  /** Whether ports are to be published on this machine's loopback. */
  readonly publish: boolean;
}

/** The container as the engine is to make it. */
export function createOptions(
  launch: ContainerLaunch,
  { owner, joins, publish }: Surroundings,
): Docker.ContainerCreateOptions {
  const ports = joins === undefined ? launch.ports.map((port) => `${port}/tcp`) : [];
  const { entryPoint, command, user, workingDirectory } = launch;
  return {
    name: containerName(owner, launch.id),
    Image: launch.image,
    ...(entryPoint && { Entrypoint: [...entryPoint] }),
    ...(command && { Cmd: [...command] }),
    ...(user !== undefined && { User: user }),
    ...(workingDirectory !== undefined && { WorkingDir: workingDirectory }),
    Env: environmentOf(launch),
    Labels: {
      ...launch.labels,
      [OWNER_LABEL]: owner,
      [TASK_LABEL]: launch.taskId,
      [ID_LABEL]: launch.id,
      ...(launch.log && { [LOG_GROUP_LABEL]: launch.log.group, [LOG_STREAM_LABEL]: launch.log.stream }),
    },
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    HostConfig: {
      NetworkMode: joins === undefined ? 'bridge' : `container:${joins}`,
      ...(publish && {
        PortBindings: Object.fromEntries(
          ports.map((port) => [port, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
        ),
      }),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '16m', 'max-file': '2' } },
      // Containers that join a network have the names of the one that it belongs to.
      ...(joins === undefined && namesOf(launch)),
      ...limitsOf(launch),
      ...volumesOf(owner, launch),
      ...settingsOf(launch),
    },
  };
}

function environmentOf({ environment, ports, taskId }: ContainerLaunch): string[] {
  const port = environment.PORT ?? ports[0]?.toString();
  const all = { ...environment, HOST: '0.0.0.0', BERTH_TASK_ID: taskId, ...(port && { PORT: port }) };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

/** An address of this machine's loopback would be the container's own. */
function namesOf({ hosts = [] }: ContainerLaunch): Docker.HostConfig {
  const reachable = hosts.filter(({ address }) => !address.startsWith('127.'));
  if (reachable.length === 0) return {};
  return { ExtraHosts: reachable.map(({ name, address }) => `${name}:${address}`) };
}

/** Hard limits as on Fargate: no swap, and no more of the processors than was asked for or are there. */
function limitsOf({ cpuUnits, memoryMiB }: ContainerLaunch): Docker.HostConfig {
  const bytes = memoryMiB && Math.max(memoryMiB, MIN_MEMORY_MIB) * MIB;
  const processors = cpuUnits && Math.min(cpuUnits / 1024, cpus().length);
  return {
    ...(bytes && { Memory: bytes, MemorySwap: bytes }),
    ...(processors && { NanoCpus: Math.round(processors * 1e9) }),
  };
}

function settingsOf(launch: ContainerLaunch): Docker.HostConfig {
  const { ulimits, capabilities, temporary, sharedMemoryMiB } = launch;
  return {
    ...(ulimits && {
      Ulimits: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    }),
    ...(launch.isRootReadOnly && { ReadonlyRootfs: true }),
    ...(launch.hasInit && { Init: true }),
    ...(launch.isPrivileged && { Privileged: true }),
    ...(capabilities && { CapAdd: [...capabilities.add], CapDrop: [...capabilities.drop] }),
    ...(sharedMemoryMiB !== undefined && { ShmSize: sharedMemoryMiB * MIB }),
    ...(temporary && {
      Tmpfs: Object.fromEntries(
        temporary.map(({ containerPath, sizeMiB, options }) => [
          containerPath,
          [...options, `size=${sizeMiB}m`].join(','),
        ]),
      ),
    }),
  };
}
