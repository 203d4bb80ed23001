import { beforeEach, expect, test } from 'vitest';
import type { TargetGroupTraits } from '../../loadbalancer/targets.ts';
import { type Bench, startBench, targetGroupArn, webDefinition, webService } from '../testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
  bench.call('CreateCluster');
  bench.call('RegisterTaskDefinition', webDefinition());
});

const loadBalancers = [{ targetGroupArn, containerName: 'app', containerPort: 8080 }];

function refusal(traits: TargetGroupTraits): string {
  bench.targets.traits = () => traits;
  return bench.refusal('CreateService', webService({ loadBalancers }));
}

test('a target group that no listener forwards to is refused', () => {
  expect(refusal({ targetType: 'ip', hasLoadBalancer: false })).toBe(
    `InvalidParameterException: The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
  );
});

test('tasks with an address of their own need targets of type ip', () => {
  expect(refusal({ targetType: 'instance', hasLoadBalancer: true })).toMatch(
    /has target type instance, which is incompatible with the awsvpc network mode/,
  );
  expect(refusal({ targetType: 'ip', hasLoadBalancer: true })).toBe('accepted');
});
