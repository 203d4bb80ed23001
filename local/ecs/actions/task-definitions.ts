import type * as sdk from '@aws-sdk/client-ecs';
import { compareText } from '../../support/values.ts';
import { clientError, invalid } from '../errors.ts';
import type { DefinitionRecord } from '../model.ts';
import { page } from '../paging.ts';
import { forgetDeleted, isForgotten } from '../task-definitions/deletion.ts';
import { checkTags } from '../validation/common.ts';
import { acceptDefinition } from '../validation/task-definition.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { findDefinition, findRevision } from './lookup.ts';

export function taskDefinitionActions(context: ActionContext): Actions {
  const { definitions } = context.state;
  return {
    RegisterTaskDefinition: action<sdk.RegisterTaskDefinitionRequest, sdk.RegisterTaskDefinitionResponse>(
      'RegisterTaskDefinition',
      (input) => register(context, input),
    ),
    DescribeTaskDefinition: action<sdk.DescribeTaskDefinitionRequest, sdk.DescribeTaskDefinitionResponse>(
      'DescribeTaskDefinition',
      ({ taskDefinition = '', include = [] }) => {
        const record = findDefinition(context, taskDefinition);
        if (!record) throw clientError('Unable to describe task definition.');
        return {
          taskDefinition: record.definition,
          ...(include.includes('TAGS') ? { tags: record.tags } : {}),
        };
      },
    ),
    DeregisterTaskDefinition: action<
      sdk.DeregisterTaskDefinitionRequest,
      sdk.DeregisterTaskDefinitionResponse
    >('DeregisterTaskDefinition', ({ taskDefinition = '' }) => {
      const record = findRevision(context, taskDefinition);
      if (!record) throw clientError('Unable to describe task definition.');
      if (record.definition.status !== 'ACTIVE') return { taskDefinition: record.definition };
      return { taskDefinition: setStatus(context, record, 'INACTIVE') };
    }),
    DeleteTaskDefinitions: action<sdk.DeleteTaskDefinitionsRequest, sdk.DeleteTaskDefinitionsResponse>(
      'DeleteTaskDefinitions',
      ({ taskDefinitions = [] }) => deleteDefinitions(context, taskDefinitions),
    ),
    ListTaskDefinitions: action<sdk.ListTaskDefinitionsRequest, sdk.ListTaskDefinitionsResponse>(
      'ListTaskDefinitions',
      ({ familyPrefix, status = 'ACTIVE', sort = 'ASC', nextToken, maxResults }) => {
        const matching = [...definitions.values()].filter(
          (record) =>
            record.definition.status === status &&
            !isForgotten(context, record) &&
            (familyPrefix === undefined || record.family === familyPrefix),
        );
        matching.sort((one, other) => compareText(one.family, other.family) || one.revision - other.revision);
        if (sort === 'DESC') matching.reverse();
        const query = ['ListTaskDefinitions', familyPrefix, status, sort];
        const { items, nextToken: next } = page(matching, ({ key }) => key, { query, nextToken, maxResults });
        return {
          taskDefinitionArns: items.map(({ definition }) => definition.taskDefinitionArn ?? ''),
          nextToken: next,
        };
      },
    ),
    ListTaskDefinitionFamilies: action<
      sdk.ListTaskDefinitionFamiliesRequest,
      sdk.ListTaskDefinitionFamiliesResponse
    >('ListTaskDefinitionFamilies', ({ familyPrefix = '', status = 'ACTIVE', nextToken, maxResults }) => {
      const families = familiesWith(context, status).filter((family) => family.startsWith(familyPrefix));
      const query = ['ListTaskDefinitionFamilies', familyPrefix, status];
      const { items, nextToken: next } = page(families, (family) => family, { query, nextToken, maxResults });
      return { families: items, nextToken: next };
    }),
  };
}

function register(
  context: ActionContext,
  input: Wire<sdk.RegisterTaskDefinitionRequest>,
): Wire<sdk.RegisterTaskDefinitionResponse> {
  const accepted = acceptDefinition(input);
  const tags = checkTags(input.tags);
  const family = accepted.family ?? '';
  const revision = (context.state.families.get(family)?.lastRevision ?? 0) + 1;
  const key = `${family}:${revision}`;
  const definition = {
    ...accepted,
    taskDefinitionArn: context.arns.taskDefinition(family, revision),
    revision,
    status: 'ACTIVE',
    registeredAt: context.clock.now() / 1000,
    registeredBy: context.arns.root,
  };
  context.state.families.put(family, { family, lastRevision: revision });
  context.state.definitions.put(key, { key, family, revision, definition, tags });
  return { taskDefinition: definition, tags };
}

function setStatus(context: ActionContext, record: DefinitionRecord, status: string) {
  const at = context.clock.now() / 1000;
  const definition = {
    ...record.definition,
    status,
    ...(status === 'INACTIVE' ? { deregisteredAt: at } : { deleteRequestedAt: at }),
  };
  context.state.definitions.put(record.key, { ...record, definition });
  return definition;
}

function deleteDefinitions(
  context: ActionContext,
  references: readonly string[],
): Wire<sdk.DeleteTaskDefinitionsResponse> {
  if (references.length === 0 || references.length > 10) {
    throw invalid('Between 1 and 10 task definitions can be deleted at once.');
  }
  forgetDeleted(context);
  const deleted: Wire<sdk.TaskDefinition>[] = [];
  const failures: Wire<sdk.Failure>[] = [];
  for (const reference of references) {
    const isRevision = reference.slice(reference.lastIndexOf('/') + 1).includes(':');
    const record = isRevision ? findDefinition(context, reference) : undefined;
    if (!isRevision) {
      failures.push({ arn: reference, reason: 'The specified task definition identifier is invalid.' });
    } else if (!record) {
      const reason =
        'The specified task definition does not exist. Specify a valid account, family, revision and try again.';
      failures.push({ arn: reference, reason });
    } else if (record.definition.status === 'ACTIVE') {
      failures.push({
        arn: record.definition.taskDefinitionArn,
        reason:
          'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
      });
    } else deleted.push(setStatus(context, record, 'DELETE_IN_PROGRESS'));
  }
  return { taskDefinitions: deleted, failures };
}

function familiesWith(context: ActionContext, status: string): string[] {
  const active = new Set<string>();
  const all = new Set<string>();
  for (const { family, definition } of context.state.definitions.values()) {
    all.add(family);
    if (definition.status === 'ACTIVE') active.add(family);
  }
  const chosen = [...all].filter(
    (family) => status === 'ALL' || active.has(family) === (status === 'ACTIVE'),
  );
  return chosen.sort(compareText);
}
