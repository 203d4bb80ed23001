import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import { groupsOf, type Listener } from '../model.ts';
import { portProblem } from '../ports.ts';
import { actionOf, actionsInput } from './actions.ts';
import {
  action,
  type Context,
  listenerOf,
  loadBalancerOf,
  newId,
  pageOf,
  type Run,
  targetGroupOf,
} from './context.ts';
import { arn, invalid, listOf, page, port } from './input.ts';
import { dropRules } from './rules.ts';
import { listenerShape } from './shapes.ts';
import { tagList, tagRecord } from './tags.ts';

const mostListeners = 50;

const protocol = z.literal('HTTP', 'Local AWS has listeners of protocol HTTP only');

const createInput = z.object({
  LoadBalancerArn: arn,
  Port: port,
  Protocol: protocol,
  DefaultActions: actionsInput,
  Tags: tagList.default([]),
});

async function create(context: Context, input: z.output<typeof createInput>) {
  const { tables, pool } = context;
  const loadBalancer = loadBalancerOf(context, input.LoadBalancerArn);
  const wanted = actionOf(context, input.DefaultActions);
  const tags = tagRecord(input.Tags);
  const siblings = [...tables.listeners.values()].filter((each) => each.loadBalancerArn === loadBalancer.arn);
  const same = siblings.find((each) => each.port === input.Port);
  if (same && isDeepStrictEqual(same.action, wanted)) return { Listeners: [listenerShape(same)] };
  if (same) throw duplicate(input.Port);
  if (siblings.length >= mostListeners) {
    throw new AwsError('TooManyListeners', `A load balancer has at most ${mostListeners} listeners`);
  }
  const created: Listener = {
    arn: `${loadBalancer.arn.replace(':loadbalancer/', ':listener/')}/${newId()}`,
    loadBalancerArn: loadBalancer.arn,
    port: input.Port,
    action: wanted,
  };
  await openPort(context, created);
  closeUnless(context, created, () => {
    loadBalancerOf(context, loadBalancer.arn);
    for (const group of groupsOf(wanted)) targetGroupOf(context, group);
  });
  tables.listeners.put(created.arn, created);
  tables.tags.put(created.arn, tags);
  pool.refresh();
  return { Listeners: [listenerShape(created)] };
}

const duplicate = (taken: number) =>
  new AwsError('DuplicateListener', `A listener already exists on port ${taken} of this load balancer`);

async function openPort({ ports, host }: Context, listener: Listener): Promise<void> {
  try {
    await ports.open(listener);
  } catch (error) {
    throw new AwsError('InvalidConfigurationRequest', portProblem(listener.port, host, error));
  }
}

/** Other calls were answered while the port was opened: what it was opened for may be gone. */
function closeUnless({ ports }: Context, listener: Listener, stillThere: () => void): void {
  try {
    stillThere();
  } catch (error) {
    void ports.close(listener.arn);
    throw error;
  }
}

const modifyInput = z.object({
  ListenerArn: arn,
  Port: port.optional(),
  Protocol: protocol.optional(),
  DefaultActions: actionsInput.optional(),
});

/** A changed action holds from the next request on; a changed port opens before the old one closes. */
async function modify(context: Context, input: z.output<typeof modifyInput>) {
  const { tables, pool } = context;
  const before = listenerOf(context, input.ListenerArn);
  const wanted: Listener = {
    ...before,
    port: input.Port ?? before.port,
    action: input.DefaultActions ? actionOf(context, input.DefaultActions) : before.action,
  };
  if (wanted.port !== before.port) {
    const others = [...tables.listeners.values()].filter(
      (each) => each.loadBalancerArn === before.loadBalancerArn,
    );
    if (others.some((each) => each.port === wanted.port)) throw duplicate(wanted.port);
    await openPort(context, wanted);
    closeUnless(context, wanted, () => listenerOf(context, before.arn));
  }
  tables.listeners.put(wanted.arn, wanted);
  pool.refresh();
  return { Listeners: [listenerShape(wanted)] };
}

const describeInput = z.object({
  LoadBalancerArn: arn.optional(),
  ListenerArns: listOf(arn).default([]),
  ...page,
});

function describe(context: Context, input: z.output<typeof describeInput>) {
  if (input.ListenerArns.length > 0) {
    return { Listeners: input.ListenerArns.map((each) => listenerShape(listenerOf(context, each))) };
  }
  if (!input.LoadBalancerArn) throw invalid('LoadBalancerArn or ListenerArns is needed');
  const { arn: loadBalancerArn } = loadBalancerOf(context, input.LoadBalancerArn);
  const all = [...context.tables.listeners.values()];
  const { shown, next } = pageOf(
    all.filter((each) => each.loadBalancerArn === loadBalancerArn),
    input,
  );
  return { Listeners: shown.map(listenerShape), NextMarker: next };
}

export const listenerActions: Readonly<Record<string, Run>> = {
  CreateListener: action(createInput, (context, input) => context.inTurn(() => create(context, input))),
  ModifyListener: action(modifyInput, (context, input) => context.inTurn(() => modify(context, input))),
  DescribeListeners: action(describeInput, describe),

  DeleteListener: action(z.object({ ListenerArn: arn }), (context, input) => {
    const listener = listenerOf(context, input.ListenerArn);
    context.tables.listeners.delete(listener.arn);
    context.tables.tags.delete(listener.arn);
    dropRules(context.tables, listener.arn);
    void context.ports.close(listener.arn);
    context.pool.refresh();
    return {};
  }),
};
