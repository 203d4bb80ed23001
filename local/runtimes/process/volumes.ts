import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileNameOf } from '../../logs/names.ts';
import type { ContainerLaunch } from '../runtime.ts';

/**
 * The folders of a container's volumes, as variables: `BERTH_VOLUME_DATA` says where the volume `data` is, since a
 * process cannot be given a place of its own in the file system. Folders that are not there are made.
 */
export function volumeVariables(directory: string, launch: ContainerLaunch): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { volume, hostPath } of launch.mounts ?? []) {
    const folder =
      hostPath === undefined
        ? join(taskVolumes(directory, launch.taskId), fileNameOf(volume))
        : resolve(hostPath);
    mkdirSync(folder, { recursive: true });
    variables[`BERTH_VOLUME_${volume.toUpperCase().replace(/\W/g, '_')}`] = folder;
  }
  return variables;
}

/** Removes the volumes that were the task's own. */
export function removeVolumes(directory: string, taskId: string): void {
  rmSync(taskVolumes(directory, taskId), { recursive: true, force: true });
}

function taskVolumes(directory: string, taskId: string): string {
  return resolve(`${directory}-volumes`, fileNameOf(taskId));
}
