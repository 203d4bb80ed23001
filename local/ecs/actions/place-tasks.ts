import type * as sdk from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import type { ClusterRecord, DefinitionRecord, Tags, TaskRecord } from '../model.ts';
import {
  emptyMessage,
  type Found,
  findPlace,
  noFargateCapacity,
  placeOf,
  runsOnFargate,
} from '../placement/assign.ts';
import type { Refusal } from '../placement/place.ts';
import { newTask } from '../tasks/create.ts';
import { chooseProvider } from '../tasks/strategy.ts';
import {
  acceptConstraints,
  acceptPlacement,
  acceptStrategies,
  refusePlacementOnFargate,
} from '../validation/placement.ts';
import { acceptOverrides } from '../validation/run-task.ts';
import type { Wire } from '../wire.ts';
import type { ActionContext } from './action.ts';

type Request = Wire<sdk.RunTaskRequest>;

export interface PlacedTasks {
  readonly tasks: readonly TaskRecord[];
  readonly failures: readonly Refusal[];
}

/**
 * Finds places for the tasks of a RunTask and stores those that have one; of the others each instance's refusal is
 * told once. InvalidParameterException, and nothing stored, where there is no instance at all.
 */
export function placeTasks(
  context: ActionContext,
  cluster: ClusterRecord,
  definition: DefinitionRecord,
  input: Request,
  more: { readonly tags: Tags; readonly tokenKey: string | undefined },
): PlacedTasks {
  const accepted = acceptPlacement(cluster, definition, input);
  refusePlacementOnFargate(accepted, input);
  const { strategy, ...placement } = accepted;
  const overrides = acceptOverrides(definition, input.overrides);
  const group = input.group ?? `family:${definition.family}`;
  const constraints = acceptConstraints(input.placementConstraints);
  const strategies = acceptStrategies(input.placementStrategy);
  const tasks: TaskRecord[] = [];
  const failures = new Map<string, Refusal>();
  for (let begun = 0; begun < (input.count ?? 1); begun += 1) {
    const capacityProvider = chooseProvider(
      strategy,
      tasks.map((task) => task.capacityProvider),
    );
    const provided = capacityProvider === undefined ? {} : providedBy(capacityProvider);
    const seeker = { cluster, definition, group, constraints, strategies, ...placement, ...provided };
    const found = findPlace(context, { ...seeker, ...(overrides ? { sizes: overrides } : {}) });
    if (found.kind === 'nowhere' || found.kind === 'no-capacity') {
      const refusals = refusalsOf(context, found, capacityProvider);
      if (refusals === 'empty' && tasks.length === 0) throw invalid(emptyMessage(capacityProvider));
      for (const refusal of refusals === 'empty' ? [] : refusals) failures.set(refusal.arn, refusal);
      continue;
    }
    const place = placeOf(found);
    const task = newTask(context, {
      ...{ cluster, definition, group, place },
      ...placement,
      ...provided,
      ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
      ...(overrides ? { overrides } : {}),
      enableExecuteCommand: input.enableExecuteCommand ?? false,
      tags: more.tags,
      ...(more.tokenKey === undefined ? {} : { tokenKey: more.tokenKey }),
    });
    context.book.add(task);
    tasks.push(task);
  }
  return { tasks, failures: [...failures.values()] };
}

/** The launch type that a task of a capacity provider shows. */
export function providedBy(capacityProvider: string): { capacityProvider: string; launchType: string } {
  return { capacityProvider, launchType: runsOnFargate({ capacityProvider }) ? 'FARGATE' : 'EC2' };
}

function refusalsOf(
  context: ActionContext,
  found: Extract<Found, { kind: 'nowhere' | 'no-capacity' }>,
  capacityProvider = 'FARGATE',
): readonly Refusal[] | 'empty' {
  if (found.kind === 'nowhere') return found.refusals.length === 0 ? 'empty' : found.refusals;
  return [{ arn: context.arns.capacityProvider(capacityProvider), reason: noFargateCapacity }];
}
