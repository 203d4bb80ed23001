import { clientError } from '../errors.ts';
import type { ContainerDefinition } from '../model.ts';

type PortMapping = NonNullable<ContainerDefinition['portMappings']>[number];

const greatestPort = 65_535;

/** Ports, port ranges, links and names of one container under a network mode; throws ClientException. */
export function checkNetwork(container: ContainerDefinition, networkMode: string): void {
  const { name, portMappings = [], links = [] } = container;
  for (const mapping of portMappings) {
    if (mapping.containerPortRange === undefined) checkPort(name, mapping, networkMode);
    else checkRange(name, mapping);
    checkPortName(mapping);
  }
  if (links.length > 0 && networkMode !== 'bridge') {
    throw clientError(`Links are not supported when networkMode=${networkMode}.`);
  }
  if (networkMode !== 'awsvpc') return;
  const misplaced = (
    ['hostname', 'dnsServers', 'dnsSearchDomains', 'extraHosts', 'disableNetworking'] as const
  ).find((member) => {
    const value = container[member];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  });
  if (misplaced) {
    throw clientError(`${misplaced} is not supported on container '${name}' when networkMode=awsvpc.`);
  }
}

function checkPort(name: string | undefined, mapping: PortMapping, networkMode: string): void {
  const { containerPort, hostPort } = mapping;
  if (containerPort === undefined || containerPort < 1 || containerPort > greatestPort) {
    throw clientError(`Invalid port of container '${name}': containerPort must be between 1 and 65535.`);
  }
  if (hostPort !== undefined && (hostPort < 0 || hostPort > greatestPort)) {
    throw clientError(`Invalid port of container '${name}': hostPort must be between 0 and 65535.`);
  }
  const isShared = networkMode === 'awsvpc' || networkMode === 'host';
  const mayBeLeft = networkMode === 'host' && hostPort === 0;
  if (isShared && !mayBeLeft && hostPort !== undefined && hostPort !== containerPort) {
    throw clientError(
      `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`,
    );
  }
}

/** `8000-8010`: at most 100 ranges exist, and none together with a port. */
function checkRange(name: string | undefined, mapping: PortMapping): void {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(mapping.containerPortRange ?? '');
  const first = Number(match?.[1] ?? Number.NaN);
  const last = Number(match?.[2] ?? Number.NaN);
  if (!(first >= 1 && first <= last && last <= greatestPort)) {
    throw clientError(
      `Invalid containerPortRange of container '${name}': it has the form first-last, from 1 to 65535.`,
    );
  }
  if (mapping.containerPort !== undefined || mapping.hostPort !== undefined) {
    throw clientError(
      `Container '${name}': containerPortRange cannot be specified together with containerPort or hostPort.`,
    );
  }
}

function checkPortName({ name, appProtocol }: PortMapping): void {
  if (name !== undefined && !/^[a-z0-9_][a-z0-9_-]{0,63}$/.test(name)) {
    throw clientError(
      'The name of a port mapping has 1 to 64 lower-case letters, digits, underscores and hyphens, and does not begin with a hyphen.',
    );
  }
  if (appProtocol !== undefined && name === undefined) {
    throw clientError('A port mapping with an appProtocol must have a name.');
  }
}
