import { createServer } from 'node:net';
import type Docker from 'dockerode';
import { RuntimeError } from '../runtime.ts';

/** The status with which the engine refused, undefined when it did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

/** What the engine itself said, as the Docker daemon's words stand in a stopped task's reason. */
export function refusal(family: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { json, message } = error as { json?: { message?: string }; message?: string };
  const said = (json?.message ?? message ?? String(error)).trim();
  return new RuntimeError(`${family}: Error response from daemon: ${said}`);
}

/** What `call` answers, or undefined when the engine has no such thing. */
export async function ifKnown<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * Whether containers' own addresses are reached from this machine: where the bridge's gateway is one of this
 * machine's addresses. Elsewhere (Docker Desktop, rootless, a remote engine) ports are published on loopback.
 */
export async function bridgeIsReachable(docker: Docker): Promise<boolean> {
  const bridge = (await docker.getNetwork('bridge').inspect()) as BridgeNetwork;
  const [config] = bridge.IPAM?.Config ?? [];
  const gateway = config?.Gateway ?? config?.Subnet?.replace(/\d+\/\d+$/, '1');
  return gateway !== undefined && isOwnAddress(gateway);
}

interface BridgeNetwork {
  readonly IPAM?: { readonly Config?: readonly { readonly Gateway?: string; readonly Subnet?: string }[] };
}

/** Listening shows it also for an interface that is down, as the bridge is before the first container. */
function isOwnAddress(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port: 0 }, () => server.close(() => resolve(true)));
  });
}
