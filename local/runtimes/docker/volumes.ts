import type Docker from 'dockerode';
import type { ContainerLaunch } from '../runtime.ts';
import { statusOf } from './engine.ts';
import { OWNER_LABEL, ownerDigest, TASK_LABEL } from './labels.ts';

/** Folders of this machine as they are, the task's own volumes by a name that its containers share. */
export function volumesOf(owner: string, { taskId, mounts = [] }: ContainerLaunch): Docker.HostConfig {
  const binds = mounts.flatMap(({ hostPath, containerPath, isReadOnly }) =>
    hostPath === undefined ? [] : [`${hostPath}:${containerPath}${isReadOnly ? ':ro' : ''}`],
  );
  const volumes = mounts.filter(({ hostPath }) => hostPath === undefined);
  return {
    ...(binds.length > 0 && { Binds: binds }),
    ...(volumes.length > 0 && {
      Mounts: volumes.map(({ volume, containerPath, isReadOnly }) => ({
        Type: 'volume' as const,
        Source: `berth-${ownerDigest(owner)}-${taskId}-${volume}`,
        Target: containerPath,
        ReadOnly: isReadOnly,
        VolumeOptions: {
          NoCopy: false,
          Labels: { [OWNER_LABEL]: owner, [TASK_LABEL]: taskId },
          DriverConfig: { Name: 'local', Options: {} },
        },
      })),
    }),
  };
}

/** Removes the volumes that were the task's own, those excepted that one of its containers still has. */
export async function removeVolumes(docker: Docker, owner: string, taskId: string): Promise<void> {
  const label = [`${OWNER_LABEL}=${owner}`, `${TASK_LABEL}=${taskId}`];
  const { Volumes } = await docker.listVolumes({ filters: { label } });
  await Promise.all((Volumes ?? []).map(({ Name }) => removeUnlessUsed(docker, Name)));
}

async function removeUnlessUsed(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getVolume(name).remove();
  } catch (error) {
    if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
  }
}
