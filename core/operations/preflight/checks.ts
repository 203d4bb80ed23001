import type { Environment } from '../../contract/environment.ts';
import { containerName } from '../../contract/logging.ts';
import { rolloutProblem } from '../../contract/rollout.ts';
import type { Inspected } from '../../ecs/inspected.ts';
import type { ImageFinding, SecretFinding } from '../ports.ts';
import type { Content } from './changes.ts';
import { type Check, notChecked, ok, problem, warning } from './check.ts';

/** All that the checks know; they look at nothing themselves. */
export interface CheckedWorld {
  readonly environment: Environment;
  readonly content: Content;
  /** How many tasks it is to have. */
  readonly count: number;
  /** Undefined where there is a program and no image. */
  readonly image: { readonly written: string; readonly finding: ImageFinding } | undefined;
  readonly secrets: readonly SecretFinding[];
  readonly inspected: Inspected;
}

export const checksOf = (world: CheckedWorld): readonly Check[] => [
  ...image(world),
  ...world.secrets.map(secret),
  ...roles(world),
  ...network(world),
  ...loadBalancer(world),
  ...rollout(world),
  ...quota(world),
];

function image({ image: asked, environment }: CheckedWorld): readonly Check[] {
  if (!asked)
    return [
      notChecked(
        'image',
        `${environment.name} runs a program of this machine: there is no image to look for`,
      ),
    ];
  const { written, finding } = asked;
  switch (finding.is) {
    case 'found':
      return [ok('image', `${written} is ${finding.digest}`)];
    case 'missing':
      return [
        problem(
          'image',
          finding.text,
          'push the image, or correct its name, tag or digest: ECS would start no task',
        ),
      ];
    case 'unknown':
      return [
        notChecked(
          'image',
          `whether ${written} is there cannot be checked here: ${finding.text}`,
          'name it by its digest (…@sha256:…), so that what runs cannot become another image',
        ),
      ];
  }
}

function secret({ reference, is, text }: SecretFinding): Check {
  if (is === 'there') return ok('secret', `${reference} ${text}`);
  if (is === 'unknown') return notChecked('secret', `${reference} ${text}`);
  return problem(
    'secret',
    `${reference} ${text}`,
    'make it, or correct the reference: a task that cannot read a secret does not start',
  );
}

/** The function that registers task definitions may pass exactly the environment's roles: stacks/topology.ts. */
function roles({ environment, secrets }: CheckedWorld): readonly Check[] {
  const { name, local, executionRoleArn, taskRoleArn } = environment;
  if (local) return [notChecked('role', `tasks of ${name} need no role on this machine`)];
  const given = [executionRoleArn, taskRoleArn].filter((arn) => arn !== undefined);
  const reads = secrets.length > 0 ? 'read secrets and write logs' : 'write logs';
  return [
    ...(executionRoleArn === undefined
      ? [
          problem(
            'role',
            `${name} has no executionRoleArn, and Fargate needs one to ${reads}`,
            'set executionRoleArn in the environment, and deploy the stack',
          ),
        ]
      : []),
    ...given.map((arn) => ok('role', `Berth may pass ${arn} to tasks: its policy names it`)),
    ...given.map((arn) =>
      notChecked('role', `whether ${arn} is there, and what it may do, Berth is not allowed to ask IAM`),
    ),
  ];
}

function network({ environment }: CheckedWorld): readonly Check[] {
  const { name, subnets, securityGroups, local } = environment;
  const there = ok(
    'network',
    `${name} has ${subnets.length} subnets and ${securityGroups.length} security groups`,
  );
  if (local || securityGroups.length > 0) return [there];
  return [
    there,
    warning(
      'network',
      `${name} names no security group, so tasks get the VPC's default one`,
      'set securityGroups in the environment if the load balancer cannot reach the tasks',
    ),
  ];
}

function loadBalancer({
  environment,
  content: { spec, settings },
  inspected,
}: CheckedWorld): readonly Check[] {
  const { name, loadBalancerArn, vpcId, local } = environment;
  const { listen, found } = settings;
  const kept = (found?.loadBalancers ?? []).map(({ targetGroupArn, containerPort }) =>
    ok('load_balancer', `it stays behind ${targetGroupArn}, where it was found, at port ${containerPort}`),
  );
  if (listen === undefined || spec.port === undefined) return kept;
  if (loadBalancerArn === undefined)
    return [problem('load_balancer', `${name} has no load balancer`, 'set `listen: false`, or give it one')];
  if (vpcId === undefined && !local)
    return [
      problem(
        'load_balancer',
        `${name} has no vpcId, and a target group of type ip has to be in a VPC`,
        'set vpcId in the environment, and deploy the stack',
      ),
    ];
  const service = inspected.seen === 'service' ? inspected.service : undefined;
  const others = (service?.loadBalancers ?? []).filter((one) => one.containerName !== containerName);
  const moves = others.map(({ targetGroupArn, containerName: of, containerPort }) =>
    warning(
      'load_balancer',
      `the service stands behind ${targetGroupArn} with ${of}:${containerPort}, which Berth did not make`,
      `the deployment puts it behind a target group of Berth's own, at port ${listen}: move your traffic there`,
    ),
  );
  const target = `HTTP, type ip, port ${spec.port}`;
  return [
    ok(
      'load_balancer',
      `the target group is Berth's own (${target}), behind port ${listen} of the load balancer`,
    ),
    ...moves,
  ];
}

function rollout({ count, content: { settings } }: CheckedWorld): readonly Check[] {
  const found = rolloutProblem(count, settings);
  if (found !== undefined)
    return [problem('rollout', found, 'lower minimumHealthyPercent or raise maximumPercent')];
  const { minimumHealthyPercent: minimum } = settings;
  const least = Math.ceil((count * minimum) / 100);
  if (count > 0 && least === 0)
    return [
      warning(
        'rollout',
        `with minimumHealthyPercent ${minimum} all ${count} tasks may be stopped at once`,
        'raise minimumHealthyPercent if requests come in meanwhile',
      ),
    ];
  return [ok('rollout', `a deployment of ${count} can move: at least ${least} tasks keep running`)];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const mostTasksOfService = 5000;

function quota({ environment, count, content: { spec, settings } }: CheckedWorld): readonly Check[] {
  const most =
    settings.shift && settings.shift.strategy !== 'ROLLING'
      ? 2 * count
      : atMost(count, settings.maximumPercent);
  if (most > mostTasksOfService)
    return [
      problem(
        'quota',
        `a deployment may run ${most} tasks at once, and ECS runs at most ${mostTasksOfService} of a service`,
        'lower count or maximumPercent',
      ),
    ];
  if (environment.local)
    return [notChecked('quota', `${environment.name} has the room that this machine has`)];
  const cores = (most * spec.cpuUnits) / 1024;
  return [
    notChecked(
      'quota',
      `a deployment may run ${most} tasks at once, ${cores} vCPU; Berth is not allowed to read the account's quota`,
      'compare it with "Fargate On-Demand vCPU resource count" (L-3032A538) in Service Quotas',
    ),
  ];
}

const atMost = (count: number, maximumPercent: number) => Math.floor((count * maximumPercent) / 100);
