import * as z from 'zod';
import { BerthError } from '../kernel/errors.ts';
import { name } from './names.ts';
import { parse, strict } from './parse.ts';

const arn = (of: RegExp, what: string) => z.string().max(2048).regex(of, `has to be the ARN of ${what}`);
const roleArn = arn(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'an IAM role');
const id = z.string().regex(/^[\w-]{1,64}$/);

/** An ECS cluster with what a service there needs besides. */
const environment = strict({
  name,
  cluster: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'has to be the name of an ECS cluster'),
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'has to be a region such as "eu-central-1"'),
  account: z.string().regex(/^\d{12}$/, 'has to be an account id, 12 digits'),
  loadBalancerArn: arn(
    /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/.+$/,
    'a load balancer',
  ).optional(),
  vpcId: id.optional(),
  subnets: z.array(id).min(1).max(16),
  securityGroups: z.array(id).max(5).default([]),
  launchType: z.literal('FARGATE').default('FARGATE'),
  executionRoleArn: roleArn.optional(),
  taskRoleArn: roleArn.optional(),
  logGroupPrefix: z
    .string()
    .regex(/^\/[\w./-]{0,200}$/)
    .default('/berth'),
  /** On one machine: programs may be run without an image, in a directory of this machine. */
  local: z.boolean().default(false),
  /** The name under which people reach the load balancer. */
  publicHost: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}$/)
    .optional(),
});

export type Environment = z.output<typeof environment>;

const environments = z
  .array(environment)
  .max(50)
  .refine(
    (all) => new Set(all.map((one) => one.name)).size === all.length,
    'has to name each environment once',
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

export const logGroupOf = (environment: Environment, ecsName: string): string =>
  `${environment.logGroupPrefix}/${environment.name}/${ecsName}`;

/** The one container of a task that Berth defines, and the stream that its output goes to. */
export const containerName = 'main';
export const logStreamOf = (taskId: string): string => `berth/${containerName}/${taskId}`;
