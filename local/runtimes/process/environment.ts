import type { ContainerLaunch } from '../runtime.ts';
import type { Placement } from './addresses.ts';

/** What a program needs of the machine; nothing else of the host's environment reaches a container. */
const FROM_HOST = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|SYSTEMROOT)$/;

/**
 * The environment of a container's process. `HOST` is its task's address, so that a service does not listen on
 * all of the machine's; `PORT` is its first port, or the one that the container's own `PORT` names, as
 * published.
 */
export function environmentFor(
  launch: ContainerLaunch,
  { address, publishedPorts }: Placement,
  host: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(host))
    if (value !== undefined && FROM_HOST.test(name)) environment[name] = value;
  Object.assign(environment, launch.environment, { HOST: address, BERTH_TASK_ID: launch.taskId });
  const port = Number(launch.environment.PORT ?? launch.ports[0]);
  if (Number.isInteger(port)) environment.PORT = String(publishedPorts?.[port] ?? port);
  return environment;
}
