import type { RunTaskRequest, TaskOverride } from '@aws-sdk/client-ecs';
import { clientError, invalid, unsupported } from '../errors.ts';
import type { DefinitionRecord } from '../model.ts';
import type { Wire } from '../wire.ts';
import { checkToken } from './common.ts';
import { checkEnvironmentFiles } from './container-features.ts';
import { isFargateSize, parseCpu, parseMemory } from './fargate.ts';

const overridesCeiling = 8192;

/** Checks what does not depend on the cluster; the definition is the one that would run. */
export function checkRunTask(request: Wire<RunTaskRequest>): void {
  const { count = 1, group, startedBy } = request;
  if (count < 1 || count > 10) throw invalid('count must be between 1 and 10.');
  if (startedBy !== undefined && !/^[\w\-/:.=@+ ]{1,128}$/.test(startedBy)) {
    throw invalid('startedBy must have 1 to 128 letters, digits, hyphens, underscores and slashes.');
  }
  if (group !== undefined && (group.length > 255 || group.startsWith('service:'))) {
    throw invalid('group must have at most 255 characters and not begin with service:.');
  }
  if ((request.placementConstraints?.length ?? 0) > 10) {
    throw invalid('At most 10 placement constraints can be specified.');
  }
  if ((request.placementStrategy?.length ?? 0) > 5) {
    throw invalid('At most 5 placement strategy rules can be specified.');
  }
  if ((request.volumeConfigurations?.length ?? 0) > 0) throw unsupported('Local AWS does not have volumes.');
  if (request.propagateTags === 'SERVICE') {
    throw invalid(
      'Tags can be propagated from the task definition only: propagateTags SERVICE is for services.',
    );
  }
  if ((request.referenceId?.length ?? 0) > 1024) {
    throw invalid('referenceId must have at most 1024 characters.');
  }
  checkToken(request.clientToken, 64);
}

/** Checks overrides against the definition and brings the sizes into ECS's form. */
export function acceptOverrides(
  definition: DefinitionRecord,
  overrides: Wire<TaskOverride> | undefined,
): Wire<TaskOverride> | undefined {
  if (!overrides) return undefined;
  if (JSON.stringify(overrides).length > overridesCeiling) {
    throw invalid(`The overrides have more than ${overridesCeiling} characters.`);
  }
  const names = (definition.definition.containerDefinitions ?? []).map(({ name }) => name);
  for (const override of overrides.containerOverrides ?? []) {
    if (!names.includes(override.name)) {
      throw invalid(
        `Override for container named ${override.name ?? '(none)'} is not a container in the TaskDefinition.`,
      );
    }
    checkEnvironmentFiles(override.environmentFiles);
    for (const [member, value] of [
      ['cpu', override.cpu],
      ['memory', override.memory],
    ] as const) {
      if (value !== undefined && value < 0)
        throw invalid(`The ${member} of an override must not be negative.`);
    }
  }
  const storage = overrides.ephemeralStorage?.sizeInGiB;
  if (storage !== undefined && (storage < 20 || storage > 200)) {
    throw invalid('The ephemeral storage size must be between 20 and 200 GiB.');
  }
  return withSizes(definition, overrides);
}

function withSizes(definition: DefinitionRecord, overrides: Wire<TaskOverride>): Wire<TaskOverride> {
  if (overrides.cpu === undefined && overrides.memory === undefined) return overrides;
  const cpu = parseCpu(overrides.cpu ?? definition.definition.cpu ?? '0');
  const memory = parseMemory(overrides.memory ?? definition.definition.memory ?? '0');
  const isFargate = definition.definition.requiresCompatibilities?.includes('FARGATE') ?? false;
  if (isFargate && !isFargateSize(cpu, memory)) {
    throw clientError('No Fargate configuration exists for given values.');
  }
  return { ...overrides, cpu: String(cpu), memory: String(memory) };
}
