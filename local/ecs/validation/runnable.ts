import { unsupported } from '../errors.ts';
import type { Definition } from '../model.ts';

const foreignVolumes = [
  'dockerVolumeConfiguration',
  'efsVolumeConfiguration',
  'fsxWindowsFileServerVolumeConfiguration',
  's3filesVolumeConfiguration',
  'configuredAtLaunch',
] as const;

/**
 * Refuses to run what can be registered and described, but would run without something that it asks for: volumes of
 * other machines, volumes of other containers, an App Mesh proxy. Throws UnsupportedFeatureException.
 */
export function refuseUnrunnable({ volumes, containerDefinitions, proxyConfiguration }: Definition): void {
  for (const volume of volumes ?? []) {
    const absent = foreignVolumes.find((member) => volume[member]);
    if (absent) throw unsupported(`Local AWS does not have ${absent} (volume '${volume.name}').`);
  }
  const sharing = containerDefinitions?.find((container) => container.volumesFrom?.length);
  if (sharing) throw unsupported(`Local AWS does not have volumesFrom (container '${sharing.name}').`);
  if (proxyConfiguration) throw unsupported('Local AWS does not have proxyConfiguration (AWS App Mesh).');
}
