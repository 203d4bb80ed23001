import { DeregisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { refKey } from '../../../core/kernel/plan.ts';
import type { Item } from '../../../core/kernel/ports.ts';
import type { ServiceState } from '../../../core/services/model.ts';
import type { Mutant } from './mutant.ts';
import { callingOtherwise } from './otherwise.ts';

/** Mistakes in how ECS is called. */
export const mistakesOfCalls: Readonly<Record<string, Mutant>> = {
  'a write does not heed the fence': {
    caughtBy: ['I6'],
    seeds: [181],
    context: (context, effect) => ({
      ...context,
      async current() {
        if (effect.type !== 'apply') return context.current();
        await context.current().catch(() => undefined);
        return asIfNewest(effect);
      },
    }),
  },
  'a read is believed right after a write': {
    caughtBy: ['I5', 'L'],
    seeds: [527],
    context: (context) => ({
      ...context,
      async current() {
        const item = await context.current();
        return item && { ...item, state: { ...(item.state as ServiceState), applied: undefined } };
      },
    }),
  },
  'a token is used for another request': {
    caughtBy: ['I26'],
    seeds: [13],
    context: (context) => ({ ...context, id: refKey(context.ref) }),
  },
  'a throttle in disguise is a refusal': {
    caughtBy: ['I5'],
    seeds: [35],
    client: callingOtherwise(async (_action, _input, send) => {
      try {
        return await send();
      } catch (error) {
        if ((error as Error).name === 'InvalidParameterException') (error as Error).message = 'No.';
        throw error;
      }
    }),
  },
  'what failed is tried again at once': {
    caughtBy: ['I14'],
    client: callingOtherwise(async (_action, _input, send) => {
      for (let attempt = 0; attempt < 50; attempt++) {
        const answer = await send().catch(() => undefined);
        if (answer) return answer;
      }
      return send();
    }),
  },
  'a read that fails is an absence': {
    caughtBy: ['I5', 'I20'],
    seeds: [4],
    client: callingOtherwise(async (action, input, send) => {
      if (action !== 'DescribeServices') return send();
      const [arn] = input.services as string[];
      return send().catch(() => ({ services: [], failures: [{ arn, reason: 'MISSING' }] }));
    }),
  },
  'what cannot be read is as it was before': {
    caughtBy: ['I20'],
    seeds: [4],
    client: (client) => remembering(client),
  },
  'who looks also mends': {
    caughtBy: ['I12'],
    client: (client, intent) =>
      callingOtherwise(async (action, { cluster, services }, send) => {
        const answer = await send();
        const [service] = (answer.services ?? []) as { runningCount: number; desiredCount: number }[];
        if (intent !== undefined || action !== 'DescribeServices' || !service) return answer;
        const { runningCount, desiredCount } = service;
        const change = { cluster: String(cluster), service: String((services as string[])[0]), desiredCount };
        if (runningCount < desiredCount) await client.send(new UpdateServiceCommand(change));
        return answer;
      })(client),
  },
  'a write leaves the count as it was': {
    caughtBy: ['L'],
    client: (client) =>
      callingOtherwise(async (action, { cluster, service, taskDefinition }, send) => {
        const change = {
          cluster: String(cluster),
          service: String(service),
          taskDefinition: String(taskDefinition),
        };
        if (action !== 'UpdateService') return send();
        return { ...(await client.send(new UpdateServiceCommand(change))) };
      })(client),
  },
  'task definitions are cleaned away': {
    caughtBy: ['I4'],
    client: (client) =>
      callingOtherwise(async (action, { taskDefinition }, send) => {
        const answer = await send();
        if (action === 'UpdateService')
          await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: String(taskDefinition) }));
        return answer;
      })(client),
  },
};

/** The item as it would be if no newer generation had been decided, and something had been written just now. */
function asIfNewest(effect: { readonly type: string }): Item {
  const { target } = effect as { target?: ServiceState['target'] };
  const ref = { kind: 'service', id: '' };
  return {
    ref,
    revision: 0,
    state: { target, applied: { at: Number.POSITIVE_INFINITY } },
    outbox: [],
    inbox: [refKey(ref)],
  };
}

/** What was read last, by service: shared by all, as it would be by a cache. */
const remembering = callingOtherwise(async (action, input, send) => {
  if (action !== 'DescribeServices') return send();
  const [name = ''] = input.services as string[];
  const answer = await send().catch(() => undefined);
  return answer ?? { services: [{ serviceName: name, status: 'ACTIVE', deployments: [] }], failures: [] };
});
