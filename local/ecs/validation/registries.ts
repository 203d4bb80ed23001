import type { Registry } from '../../discovery/registry.ts';
import { invalid } from '../errors.ts';
import type { DefinitionRecord, RevisionRecord } from '../model.ts';

/** Refuses registries that are not there, and ports that the task definition does not have. */
export function checkRegistries(
  registry: Registry,
  { definition }: DefinitionRecord,
  registries: RevisionRecord['serviceRegistries'],
): void {
  if (registries.length > 1) throw invalid('Only one service registry can be specified.');
  for (const { registryArn, containerName, containerPort, port } of registries) {
    const found = registryArn === undefined ? undefined : registry.find(registryArn);
    if (!found) throw invalid(`The service registry ${registryArn ?? '(none)'} does not exist.`);
    const odd = found.records.find((type) => type !== 'A' && type !== 'SRV');
    if (odd !== undefined) throw invalid(`A service registry has A or SRV records, not ${odd}.`);
    const isPaired = containerName !== undefined && containerPort !== undefined;
    if (!isPaired && (containerName !== undefined || containerPort !== undefined)) {
      throw invalid('containerName and containerPort of a service registry must be specified together.');
    }
    if (isPaired && port !== undefined) {
      throw invalid('Specify either containerName and containerPort or port for a service registry.');
    }
    const isSrv = found.records.includes('SRV');
    if (isSrv && !isPaired && port === undefined) {
      throw invalid('A service registry with SRV records needs containerName and containerPort, or port.');
    }
    const isAwsvpc = definition.networkMode === 'awsvpc';
    if (!isAwsvpc && found.records.includes('A')) {
      throw invalid('A records need the network mode awsvpc: with bridge and host only SRV is supported.');
    }
    if (!isAwsvpc && !isPaired) {
      throw invalid('With the network modes bridge and host, specify containerName and containerPort.');
    }
    if (isPaired) checkPort(definition, containerName, containerPort);
  }
}

function checkPort(definition: DefinitionRecord['definition'], name: string, port: number): void {
  const container = definition.containerDefinitions?.find((one) => one.name === name);
  if (!container) throw invalid(`The container ${name} does not exist in the task definition.`);
  if (!container.portMappings?.some(({ containerPort }) => containerPort === port)) {
    throw invalid(`The container ${name} did not have a container port ${port} defined.`);
  }
}
