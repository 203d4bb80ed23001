import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../local/support/service.ts';
import { awsError, type Process } from './process.ts';

type Json = Readonly<Record<string, unknown>>;

interface Command {
  readonly input: Json;
}

const actionOf = (command: object) => command.constructor.name.replace(/Command$/, '');

/** What a client has to have of the SDK's; the adapters use nothing else. */
const clientBy = <Client>(send: (action: string, input: Json) => Promise<unknown>): Client =>
  ({ send: (command: Command) => send(actionOf(command), command.input) }) as Client;

/** An ECS client whose calls are answered in this process, in the shapes of the SDK. */
export const ecsClient = (process: Process, call: (action: string, input: Json) => Json): ECSClient =>
  clientBy((action, input) =>
    process.call(action, true, () => {
      try {
        return withDates(call(action, toWire(input) as Json));
      } catch (error) {
        throw error instanceof AwsError ? awsError(error.code, error.message, error.status) : error;
      }
    }),
  );

/** Dates travel as epoch seconds; whatever ends in `At` is one. */
function withDates(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return key.endsWith('At') ? new Date(value * 1000) : value;
  if (Array.isArray(value)) return value.map((one) => withDates(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withDates(one, name)]));
}

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toWire(one)]));
}

/** What the load balancer holds, shared by all processes. */
export interface Balancer {
  readonly targetGroups: Map<string, Json>;
  readonly listeners: Json[];
}

export const loadBalancerClient = (process: Process, there: Balancer): ElasticLoadBalancingV2Client =>
  clientBy((action, input) => process.call(action, false, () => balance(there, action, input)));

function balance({ targetGroups, listeners }: Balancer, action: string, input: Json): Json {
  const group = (name: string) => {
    const found = targetGroups.get(name);
    if (!found) throw awsError('TargetGroupNotFoundException', 'One or more target groups not found', 400);
    return { TargetGroups: [found] };
  };
  switch (action) {
    case 'DescribeTargetGroups':
      return group((input.Names as string[])[0] ?? '');
    case 'CreateTargetGroup': {
      const name = String(input.Name);
      const TargetGroupArn = `arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/${name}/1`;
      targetGroups.set(name, { ...input, TargetGroupArn });
      return group(name);
    }
    case 'ModifyTargetGroup': {
      for (const [name, found] of targetGroups)
        if (found.TargetGroupArn === input.TargetGroupArn) targetGroups.set(name, { ...found, ...input });
      return {};
    }
    case 'DescribeListeners':
      return { Listeners: [...listeners] };
    case 'CreateListener':
      listeners.push(input);
      return { Listeners: [input] };
    default:
      throw new Error(`the simulation has no ${action}`);
  }
}

export const logsClient = (process: Process): CloudWatchLogsClient =>
  clientBy((action) => process.call(action, false, () => ({ events: [{ message: 'last words' }] })));
