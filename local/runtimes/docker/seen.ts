import type Docker from 'dockerode';
import type { ExitedContainer, RunningContainer } from '../runtime.ts';

/** A container that ended while it was looked at has no address any more; nothing connects to this one. */
const NOWHERE = '255.255.255.255';

export function networkOwnerOf({ HostConfig }: Docker.ContainerInspectInfo): string | undefined {
  return HostConfig.NetworkMode?.match(/^container:(.+)$/)?.[1];
}

/** `seen` as it runs, in the network of `network` (itself, or the container that it joined). */
export function runningFrom(
  seen: Docker.ContainerInspectInfo,
  network: Docker.ContainerInspectInfo,
  reachable: boolean,
): RunningContainer {
  const base = { state: 'running', runtimeId: seen.Id } as const;
  if (!reachable) return { ...base, address: '127.0.0.1', publishedPorts: publishedPortsOf(network) };
  // A process id is this machine's own only where the engine's network is.
  const pid = seen.State.Pid > 0 ? { pid: seen.State.Pid } : {};
  const address = network.NetworkSettings.Networks.bridge?.IPAddress || NOWHERE;
  return { ...base, address, ...pid };
}

export function exitedFrom({ State }: Docker.ContainerInspectInfo): ExitedContainer {
  const reason = State.OOMKilled
    ? 'OutOfMemoryError: Container killed due to memory usage'
    : State.Error && `CannotStartContainerError: Error response from daemon: ${State.Error}`;
  return { state: 'exited', exitCode: State.ExitCode, ...(reason && { reason }) };
}

function publishedPortsOf({ NetworkSettings }: Docker.ContainerInspectInfo): Record<number, number> {
  const published: Record<number, number> = {};
  for (const [port, bindings] of Object.entries(NetworkSettings.Ports ?? {})) {
    const hostPort = Number(bindings?.[0]?.HostPort);
    if (hostPort > 0) published[Number.parseInt(port, 10)] = hostPort;
  }
  return published;
}
