import type { Stage } from '../stages.ts';
import type { QueueNode, Topology } from '../topology.ts';
import type { Functions } from './functions.ts';
import { logical, physical } from './names.ts';
import { type Queues, queueIn } from './queues.ts';

interface Alarm {
  /** What is wrong, for whoever is woken by it. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, $util.Input<string>>>;
  readonly statistic: 'Sum' | 'Maximum';
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  readonly periodSeconds: number;
  /** What it means that there is nothing to measure. */
  readonly missing: 'notBreaching' | 'breaching';
}

type Raise = (name: string, alarm: Alarm) => void;

export interface Watched {
  readonly topology: Topology;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly apis: ReadonlyMap<string, sst.aws.ApiGatewayV2>;
}

/** What somebody should know of: failing and throttled functions, silent schedules, dead letters, work left undone. */
export function createAlarms({ topology, functions, queues, apis }: Watched, stage: Stage): void {
  const raise = raiseFor(stage);
  for (const [name, fn] of functions) {
    watchFunction(name, fn, raise);
    for (const trigger of topology.functions[name]!.triggers)
      if (trigger.type === 'schedule') watchSchedule(name, fn, trigger.rateMinutes, raise);
  }
  for (const [name, node] of Object.entries(topology.queues))
    watchQueue(name, node, queueIn(queues, name), raise);
  for (const [name, api] of apis) watchApi(name, api, raise);
}

function raiseFor({ alarmTopicArn }: Stage): Raise {
  const actions = alarmTopicArn === undefined ? [] : [alarmTopicArn];
  return (name, { description, metric, comparison, periodSeconds, missing, ...rest }) => {
    new aws.cloudwatch.MetricAlarm(logical(name, 'alarm'), {
      ...{ name: physical(name), alarmDescription: description, metricName: metric, ...rest },
      ...{ comparisonOperator: comparison, period: periodSeconds, evaluationPeriods: 1 },
      ...{ treatMissingData: missing, alarmActions: actions, okActions: actions },
    });
  };
}

const beyondNone = {
  comparison: 'GreaterThanThreshold',
  threshold: 0,
  periodSeconds: 300,
  missing: 'notBreaching',
} as const;

function watchFunction(name: string, fn: sst.aws.Function, raise: Raise): void {
  const of = { namespace: 'AWS/Lambda', dimensions: { FunctionName: fn.name }, statistic: 'Sum' } as const;
  raise(`${name}-errors`, {
    ...of,
    ...beyondNone,
    metric: 'Errors',
    description: `${name} ended with an error; its log says why.`,
  });
  raise(`${name}-throttles`, {
    ...of,
    ...beyondNone,
    metric: 'Throttles',
    description: `${name} was not let run: the account, or its own share, has too much to do at once.`,
  });
}

/** Nothing else would tell that nothing happens. */
function watchSchedule(name: string, fn: sst.aws.Function, rateMinutes: number, raise: Raise): void {
  raise(`${name}-silent`, {
    namespace: 'AWS/Lambda',
    metric: 'Invocations',
    dimensions: { FunctionName: fn.name },
    statistic: 'Sum',
    comparison: 'LessThanThreshold',
    threshold: 1,
    periodSeconds: rateMinutes * 60 * 5,
    missing: 'breaching',
    description: `${name} has not run five times in a row: what was lost on the way stays lost until it does.`,
  });
}

function watchQueue(name: string, node: QueueNode, queue: sst.aws.Queue, raise: Raise): void {
  const of = {
    namespace: 'AWS/SQS',
    dimensions: { QueueName: queue.nodes.queue.name },
    statistic: 'Maximum',
    ...beyondNone,
  } as const;
  if (node.deadLetter === undefined)
    raise(`${name}-depth`, {
      ...of,
      metric: 'ApproximateNumberOfMessagesVisible',
      description: `${name} holds what could not be handled, each with its cause; it is kept for 14 days.`,
    });
  else
    raise(`${name}-age`, {
      ...of,
      metric: 'ApproximateAgeOfOldestMessage',
      threshold: node.oldestSeconds ?? node.visibilitySeconds * (node.maxReceives ?? 1),
      description: `${name} has messages that nobody has handled for too long.`,
    });
}

function watchApi(name: string, api: sst.aws.ApiGatewayV2, raise: Raise): void {
  raise(`${name}-5xx`, {
    ...beyondNone,
    namespace: 'AWS/ApiGateway',
    metric: '5xx',
    dimensions: { ApiId: api.nodes.api.id },
    statistic: 'Sum',
    description: `${name} answered that the fault was its own; the access log says to what.`,
  });
}
