import { z } from 'zod';
import { jsonBody, localRoute } from '../../support/local-route.ts';
import type { Route } from '../../support/server.ts';
import { AwsError } from '../../support/service.ts';
import type { InstanceControl } from './local.ts';

const hosts = z.strictObject({
  cluster: z.string().optional(),
  count: z.int().optional(),
  instanceType: z.string().optional(),
  zone: z.string().max(64).optional(),
  launchType: z.enum(['EC2', 'EXTERNAL']).optional(),
  capacityProvider: z.string().optional(),
});

const one = z.strictObject({
  cluster: z.string().default('default'),
  /** An ARN, an id or an EC2 instance's id. */
  containerInstance: z.string(),
});

const connection = one.extend({ agentConnected: z.boolean() });

/**
 * `/_local/instances`: hosts as an Auto Scaling group has them, for tests and people without EC2.
 *
 * - `POST {cluster, count, instanceType, zone, launchType, capacityProvider}` registers hosts; all have defaults.
 *   Answers `{ containerInstances: [{ containerInstanceArn, ec2InstanceId, zone, address, … }] }`.
 * - `GET ?cluster=default`: the same of all that are there.
 * - `PUT {cluster, containerInstance, agentConnected}`: the agent loses its connection, or has it again.
 * - `DELETE {cluster, containerInstance}`: the host is gone, and its tasks with it.
 */
export function instanceRoute(control: InstanceControl): Route {
  return localRoute('/_local/instances', {
    GET: ({ query }) => ({ containerInstances: control.list(query.get('cluster') ?? 'default') }),
    POST: ({ body }) => ({ containerInstances: control.launch(defined(read(hosts, body))) }),
    PUT({ body }) {
      const { cluster, containerInstance, agentConnected } = read(connection, body);
      control.connect(cluster, containerInstance, agentConnected);
      return {};
    },
    DELETE({ body }) {
      const { cluster, containerInstance } = read(one, body);
      control.terminate(cluster, containerInstance);
      return {};
    },
  });
}

function read<T>(schema: z.ZodType<T>, body: Buffer): T {
  const { success, data, error } = schema.safeParse(jsonBody(body));
  if (success) return data;
  throw new AwsError('ValidationException', z.prettifyError(error));
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
