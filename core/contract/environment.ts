import * as z from 'zod/mini';
import { BerthError } from '../kernel/errors.ts';
import { github } from './github.ts';
import { name } from './names.ts';
import { parse, strict } from './parse.ts';

const matching = (pattern: RegExp, what: string) => z.string().check(z.regex(pattern, `has to be ${what}`));
const arn = (pattern: RegExp, what: string) =>
  z.string().check(z.maxLength(2048), z.regex(pattern, `has to be the ARN of ${what}`));
const roleArn = arn(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'an IAM role');
const id = matching(/^[\w-]{1,64}$/, 'an id such as "subnet-0a1b2c3d"');

/** An ECS cluster with what a service there needs besides. */
const environment = strict({
  name,
  cluster: matching(/^[A-Za-z0-9_-]{1,255}$/, 'the name of an ECS cluster'),
  region: matching(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'a region such as "eu-central-1"'),
  account: matching(/^\d{12}$/, 'an account id, 12 digits'),
  loadBalancerArn: z.optional(
    arn(/^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/.+$/, 'a load balancer'),
  ),
  vpcId: z.optional(id),
  subnets: z.array(id).check(z.minLength(1), z.maxLength(16)),
  securityGroups: z._default(z.array(id).check(z.maxLength(5)), []),
  launchType: z._default(z.literal('FARGATE'), 'FARGATE'),
  executionRoleArn: z.optional(roleArn),
  taskRoleArn: z.optional(roleArn),
  /** What ECS takes to shift traffic between target groups. */
  ecsInfrastructureRoleArn: z.optional(roleArn),
  /** The function that ECS asks before it shifts traffic, and what it takes to call it. */
  hookFunctionArn: z.optional(
    arn(/^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+$/, 'a Lambda function'),
  ),
  hookRoleArn: z.optional(roleArn),
  logGroupPrefix: z._default(
    matching(/^\/[\w./-]{0,200}$/, 'the beginning of the names of log groups, such as "/berth"'),
    '/berth',
  ),
  /** On one machine: programs may be run without an image, in a directory of this machine. */
  local: z._default(z.boolean(), false),
  /** What GitHub may deploy here by its webhook, and how it is told. */
  github: z.optional(github),
  /** The name under which people reach the load balancer. */
  publicHost: z.optional(matching(/^[A-Za-z0-9.-]{1,253}$/, 'the name of a host, without a port')),
});

export type Environment = z.output<typeof environment>;

const environments = z.array(environment).check(
  z.maxLength(50),
  z.refine(
    (all) => new Set(all.map((one) => one.name)).size === all.length,
    'has to name each environment once',
  ),
);

/** Reads the variable `BERTH_ENVIRONMENTS`, a JSON array. Throws a `BerthError` that says what is wrong in it. */
export function parseEnvironments(json: string): readonly Environment[] {
  const parsed = parse(environments, fromJson(json));
  if (parsed.ok) return parsed.value;
  const what = parsed.errors.map(({ path, detail }) => `${path || '/'} ${detail}`).join('; ');
  throw new BerthError('invalid-request', `BERTH_ENVIRONMENTS is not valid: ${what}`, parsed.errors);
}

function fromJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new BerthError('invalid-request', 'BERTH_ENVIRONMENTS has to be JSON: an array of environments');
  }
}
