import { BlockList, isIPv4 } from 'node:net';
import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import type { Member } from '../member.ts';
import type { TargetGroup } from '../model.ts';
import type { Target } from '../targets.ts';
import { action, type Run, targetGroupOf } from './context.ts';
import { arn, listOf, port } from './input.ts';
import { targetHealthShape, unregisteredShape } from './shapes.ts';

const mostTargets = 1000;

/** Where tasks can be: loopback for processes, private ranges for containers, as AWS asks for a VPC's. */
const reachable = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  reachable.addSubnet(network, bits);
}

const targetList = listOf(z.object({ Id: z.string().min(1).max(64), Port: port.optional() }), mostTargets);

type TargetList = z.output<typeof targetList>;

function targetsOf(group: TargetGroup, list: TargetList): Target[] {
  return list.map(({ Id, Port }) => {
    if (!isIPv4(Id)) throw new AwsError('InvalidTarget', `'${Id}' is not an IPv4 address`);
    if (!reachable.check(Id))
      throw new AwsError('InvalidTarget', `'${Id}' is not a loopback or private address`);
    return { address: Id, port: Port ?? group.port };
  });
}

const input = z.object({ TargetGroupArn: arn, Targets: targetList });

export const targetActions: Readonly<Record<string, Run>> = {
  RegisterTargets: action(input, (context, { TargetGroupArn, Targets }) => {
    const targets = targetsOf(targetGroupOf(context, TargetGroupArn), Targets);
    if (context.pool.members(TargetGroupArn).length + targets.length > mostTargets) {
      throw new AwsError('TooManyTargets', `A target group has at most ${mostTargets} targets`);
    }
    for (const target of targets) context.pool.register(TargetGroupArn, target);
    return {};
  }),

  /** A target that is not registered is passed over, as on AWS. */
  DeregisterTargets: action(input, (context, { TargetGroupArn, Targets }) => {
    const targets = targetsOf(targetGroupOf(context, TargetGroupArn), Targets);
    for (const target of targets) context.pool.deregister(TargetGroupArn, target);
    return {};
  }),

  DescribeTargetHealth: action(
    z.object({ TargetGroupArn: arn, Targets: targetList.default([]) }),
    (context, { TargetGroupArn, Targets }) => {
      const group = targetGroupOf(context, TargetGroupArn);
      const members = context.pool.members(TargetGroupArn);
      const shape = (member: Member) => targetHealthShape(member, group, context.pool.healthOf(member));
      const asked = targetsOf(group, Targets);
      if (asked.length === 0) return { TargetHealthDescriptions: members.map(shape) };
      const TargetHealthDescriptions = asked.map(({ address, port }) => {
        const member = members.find((each) => each.target.address === address && each.target.port === port);
        return member ? shape(member) : unregisteredShape(address, port);
      });
      return { TargetHealthDescriptions };
    },
  ),
};
