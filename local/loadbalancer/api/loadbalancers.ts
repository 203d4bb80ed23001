import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import type { LoadBalancer } from '../model.ts';
import { action, type Context, loadBalancerOf, newId, pageOf, type Run } from './context.ts';
import { arn, listOf, name, page } from './input.ts';
import { attributeOf } from './loadbalancer-attributes.ts';
import { dropRules } from './rules.ts';
import { loadBalancerShape } from './shapes.ts';
import { tagList, tagRecord } from './tags.ts';

const mostLoadBalancers = 50;
const id = z.string().min(1).max(64);

const createInput = z.object({
  Name: name.refine((value) => !value.startsWith('internal-'), 'must not begin with "internal-"'),
  Type: z.literal('application', 'Local AWS has load balancers of type application only').optional(),
  IpAddressType: z.literal('ipv4', 'Local AWS has ipv4 only').optional(),
  Scheme: z.enum(['internet-facing', 'internal']).default('internet-facing'),
  Subnets: listOf(id).default([]),
  SecurityGroups: listOf(id).default([]),
  Tags: tagList.default([]),
});

function create(context: Context, input: z.output<typeof createInput>) {
  const { tables, clock, arnPrefix } = context;
  const settings = { scheme: input.Scheme, subnets: input.Subnets, securityGroups: input.SecurityGroups };
  const tags = tagRecord(input.Tags);
  const same = [...tables.loadBalancers.values()].find((other) => other.name === input.Name);
  if (same) {
    const { scheme, subnets, securityGroups } = same;
    if (!isDeepStrictEqual(settings, { scheme, subnets, securityGroups })) {
      const message = `A load balancer with the name '${input.Name}' exists, with different settings`;
      throw new AwsError('DuplicateLoadBalancerName', message);
    }
    return described(context, [same]);
  }
  if (tables.loadBalancers.size >= mostLoadBalancers) {
    throw new AwsError('TooManyLoadBalancers', `There are ${mostLoadBalancers} load balancers already`);
  }
  const created: LoadBalancer = {
    arn: `${arnPrefix}loadbalancer/app/${input.Name}/${newId()}`,
    name: input.Name,
    ...settings,
    createdAtMs: clock.now(),
  };
  tables.loadBalancers.put(created.arn, created);
  tables.tags.put(created.arn, tags);
  return described(context, [created]);
}

const describeInput = z.object({
  LoadBalancerArns: listOf(arn).default([]),
  Names: listOf(z.string().max(32)).default([]),
  ...page,
});

function describe(context: Context, input: z.output<typeof describeInput>) {
  const all = [...context.tables.loadBalancers.values()];
  if (input.LoadBalancerArns.length > 0) {
    return described(
      context,
      input.LoadBalancerArns.map((each) => loadBalancerOf(context, each)),
    );
  }
  if (input.Names.length > 0) {
    const named = input.Names.map((each) => {
      const found = all.find((loadBalancer) => loadBalancer.name === each);
      if (!found) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${each}]' not found`);
      return found;
    });
    return described(context, named);
  }
  const { shown, next } = pageOf(all, input);
  return { ...described(context, shown), NextMarker: next };
}

function described({ host }: Context, loadBalancers: readonly LoadBalancer[]) {
  return { LoadBalancers: loadBalancers.map((each) => loadBalancerShape(each, host)) };
}

export const loadBalancerActions: Readonly<Record<string, Run>> = {
  CreateLoadBalancer: action(createInput, create),
  DescribeLoadBalancers: action(describeInput, describe),

  /** Its listeners go with it; deleting what is not there succeeds, as on AWS. */
  DeleteLoadBalancer: action(z.object({ LoadBalancerArn: arn }), ({ tables, ports, pool }, input) => {
    const known = tables.loadBalancers.get(input.LoadBalancerArn);
    if (attributeOf(known, 'deletion_protection.enabled') === 'true') {
      const message = `Load balancer '${input.LoadBalancerArn}' cannot be deleted because deletion protection is enabled`;
      throw new AwsError('OperationNotPermitted', message);
    }
    tables.loadBalancers.delete(input.LoadBalancerArn);
    tables.tags.delete(input.LoadBalancerArn);
    for (const listener of [...tables.listeners.values()]) {
      if (listener.loadBalancerArn !== input.LoadBalancerArn) continue;
      tables.listeners.delete(listener.arn);
      tables.tags.delete(listener.arn);
      dropRules(tables, listener.arn);
      void ports.close(listener.arn);
    }
    pool.refresh();
    return {};
  }),
};
