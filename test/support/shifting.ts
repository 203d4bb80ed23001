import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  CreateLoadBalancerCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Applied, applyTarget } from '../../core/aws/ecs/apply.ts';
import { lookAtService } from '../../core/aws/ecs/look.ts';
import { applySibling } from '../../core/aws/ecs/sibling.ts';
import { parseEnvironments } from '../../core/contract/environment.ts';
import type { ServiceState, Sibling, SiblingRole, Target } from '../../core/services/model.ts';
import { localAws, type TestAws } from '../../local/vitest.ts';
import { freePorts } from './ports.ts';

const account = '000000000000';
const settings = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: true,
  timeoutSeconds: 600,
};

/** What ECS hands to a hook, as far as tests look at it. */
export interface Asked {
  readonly lifecycleStage: string;
  readonly hookDetails: unknown;
}

/** Berth's ECS adapters over a Local AWS whose time the test moves, with a function that answers hooks. */
export async function startShifting(answer: (asked: Asked) => object) {
  const aws: TestAws = await localAws({
    functions: { hook: (payload) => answer(payload as Asked) },
    log: () => {},
  });
  const ecs = new ECSClient(aws.clientConfig);
  const elb = new ElasticLoadBalancingV2Client(aws.clientConfig);
  await ecs.send(new CreateClusterCommand({ clusterName: 'local' }));
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'berth', Subnets: ['subnet-1'] }),
  );
  const loadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const [environment] = parseEnvironments(
    JSON.stringify([
      {
        ...{ name: 'local', cluster: 'local', region: aws.region, account, loadBalancerArn, vpcId: 'vpc-1' },
        subnets: ['subnet-1'],
        ecsInfrastructureRoleArn: `arn:aws:iam::${account}:role/shift`,
        hookFunctionArn: `arn:aws:lambda:${aws.region}:${account}:function:hook`,
        hookRoleArn: `arn:aws:iam::${account}:role/hook`,
      },
    ]),
  );
  let known = 0;
  const deps = { ecs, loadBalancer: elb, clock: { now: () => 0 }, environment: () => environment! };
  const service = (ecsName: string, listen: number | undefined) => {
    let generation = 0;
    const at = { cluster: 'local', ecsName, environment: 'local' };
    const define = async (version: number) => {
      const { taskDefinition } = await ecs.send(
        new RegisterTaskDefinitionCommand({
          ...{ family: ecsName, networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] },
          ...{ cpu: '256', memory: '512' },
          containerDefinitions: [
            { name: 'main', image: `${ecsName}:${version}`, portMappings: [{ containerPort: 8080 }] },
          ],
        }),
      );
      return { number: version, hash: `h${version}`, taskDefinitionArn: taskDefinition!.taskDefinitionArn! };
    };
    const aimAt = (release: Target['release'], shift: Target['settings']['shift']) => ({
      release,
      ...(listen !== undefined && { port: 8080 }),
      settings: { ...settings, ...(shift && { shift }), ...(listen !== undefined && { listen }) },
    });
    const again = async (target: Target) =>
      applyTarget(
        { type: 'apply', ...at, target },
        contextOf(`${ecsName}#${target.generation}`, { target } as ServiceState),
        deps,
      );
    return {
      define,
      aimAt,
      again,
      /** Tells ECS; answers what was aimed at besides, so that it can be repeated. */
      async apply(
        release: Target['release'],
        shift: Target['settings']['shift'],
        more: Partial<Target> = {},
      ): Promise<{ readonly target: Target; readonly applied: Exclude<Applied, { overtaken: true }> }> {
        const target: Target = {
          ...aimAt(release, shift),
          ...{ count: 2, generation: ++generation, deployment: 'dep_1', ...more },
        };
        return { target, applied: (await again(target)) as Exclude<Applied, { overtaken: true }> };
      },
      sibling(role: SiblingRole, wanted: Sibling['wanted'], stored?: number) {
        const effect = {
          type: 'apply_sibling',
          ...at,
          role,
          generation: ++generation,
          deployment: 'dep_1',
        } as const;
        const sibling = { generation: stored ?? generation, deployment: 'dep_1' };
        const state = { siblings: { [role]: sibling } } as unknown as ServiceState;
        return applySibling(
          { ...effect, ...(wanted && { wanted }) },
          contextOf(`${ecsName}#${role}#${generation}`, state),
          deps,
        );
      },
      async look(ecsDeploymentId: string) {
        const seen = await lookAtService(ecs, { ...at, sinceMs: 0, ecsDeploymentId, withTraffic: true });
        if (seen.seen !== 'service') throw new Error(JSON.stringify(seen));
        return seen;
      },
      /** Target groups by ARN, with their weights. */
      async weights(): Promise<Record<string, number>> {
        const { Listeners } = await elb.send(
          new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn }),
        );
        const action = Listeners?.find(({ Port }) => Port === listen)?.DefaultActions?.[0];
        const groups = action?.ForwardConfig?.TargetGroups ?? [];
        return Object.fromEntries(groups.map((one) => [one.TargetGroupArn ?? '', one.Weight ?? 0]));
      },
    };
  };
  return {
    aws,
    ecs,
    /** A service at the load balancer, on a port of its own. */
    balanced: async (ecsName: string) => service(ecsName, (await freePorts(1))[0]),
    worker: (ecsName: string) => service(ecsName, undefined),
    /** The actions by which anybody changed ECS since the last time of asking. */
    async writes() {
      const calls = await aws.calls({});
      const made = calls.filter(({ action }) => writing.test(action)).map(({ action }) => action);
      const fresh = made.slice(known);
      known = made.length;
      return fresh;
    },
    async stop() {
      await aws.stop();
      for (const client of [ecs, elb]) client.destroy();
    },
  };
}

const writing = /^(?:Create|Update|Delete|Stop|Continue)Service/;

const contextOf = (id: string, state: ServiceState) => ({
  ...{ id, ref: { kind: 'service', id: 'local/x' }, attempt: 0 },
  current: async () => ({ state }) as never,
});
