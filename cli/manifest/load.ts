import { dirname, resolve } from 'node:path';
import { parseManifest } from '../../core/contract/manifest.ts';
import { Failure } from '../failure.ts';
import { readManifestFile } from './file.ts';
import { parseYaml } from './yaml.ts';

export const defaultManifest = 'berth.yaml';

export interface ManifestService {
  readonly name: string;
  readonly spec: unknown;
}

/** A manifest that is valid. The services are as they were written: the API gives them their defaults. */
export interface LoadedManifest {
  readonly app: string;
  readonly services: readonly ManifestService[];
  /** Missing where the manifest has none. */
  readonly jobs?: object;
  /** Where the manifest lies, absolute: on one machine, commands run there. */
  readonly directory: string;
}

/** Reads and validates a manifest. Throws a `Failure` that names the line of everything that is wrong. */
export async function loadManifest(file: string): Promise<LoadedManifest> {
  const yaml = parseYaml(await readManifestFile(file), file);
  const parsed = parseManifest(yaml.value);
  if (!parsed.ok) {
    const faults = parsed.errors.map((error) => ({ ...error, ...yaml.locate(error.path) }));
    throw new Failure('badInput', `${file} is not a valid manifest`, { faults });
  }
  const { services: written, jobs } = yaml.value as { services: Record<string, unknown>; jobs?: object };
  return {
    app: parsed.value.app,
    services: Object.keys(parsed.value.services).map((name) => ({ name, spec: written[name] })),
    ...(jobs && { jobs }),
    directory: dirname(resolve(file)),
  };
}

/** What the API is told of one service: as it was written, for the API validates again. */
export const serviceBody = ({ app, jobs, directory }: LoadedManifest, { name, spec }: ManifestService) => ({
  app,
  service: name,
  spec: spec as object,
  ...(jobs && { jobs: jobs as Record<string, never> }),
  directory,
});

/** The services that were asked for by name, in the manifest's order; all of them for no name. */
export function chosenServices(
  manifest: LoadedManifest,
  names: readonly string[],
): LoadedManifest['services'] {
  const known = manifest.services.map(({ name }) => name);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) {
    throw new Failure('badInput', `the manifest has no service "${missing}"`, {
      advice: `It has ${known.join(', ')}.`,
    });
  }
  return names.length === 0
    ? manifest.services
    : manifest.services.filter(({ name }) => names.includes(name));
}
