import { join } from 'node:path';
import Docker from 'dockerode';

/** Why no Docker engine can be used here; undefined when one answers. */
export async function dockerAbsence(): Promise<string | undefined> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('no Docker engine answers within 2 s'), 2_000).unref();
  });
  const ping = new Docker().ping().then(
    () => undefined,
    (error: unknown) => `no Docker engine: ${error instanceof Error ? error.message : String(error)}`,
  );
  return Promise.race([ping, late]);
}

/** Removes the containers of a Berth in this directory, and answers the names of those that still ran. */
export async function removeContainers(directory: string): Promise<string[]> {
  const docker = new Docker();
  const label = `berth.local=${join(directory, '.berth')}`;
  const containers = await docker.listContainers({ all: true, filters: { label: [label] } });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  return containers.filter(({ State }) => State === 'running').flatMap(({ Names }) => Names);
}
