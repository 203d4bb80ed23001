import type { Stage } from '../stages.ts';
import type { Topology, Trigger } from '../topology.ts';
import { boundaryOf, type Functions, trusting } from './functions.ts';
import { createHttpApi } from './http-api.ts';
import { logical, physical } from './names.ts';
import { type Queues, queueIn } from './queues.ts';

type Of<Type extends Trigger['type']> = Extract<Trigger, { type: Type }>;

/** A function that is called, and what else its triggers are made of. */
interface Called {
  readonly topology: Topology;
  readonly name: string;
  readonly fn: sst.aws.Function;
  readonly deadLetter: string | undefined;
  readonly queues: Queues;
  readonly stage: Stage;
}

/** Answers the HTTP APIs by the names of their functions. */
export function createTriggers(topology: Topology, functions: Functions, queues: Queues, stage: Stage) {
  const apis = new Map<string, sst.aws.ApiGatewayV2>();
  for (const [name, fn] of functions) {
    const { triggers, deadLetter } = topology.functions[name]!;
    const called = { topology, name, fn, deadLetter, queues, stage };
    for (const trigger of triggers) {
      if (trigger.type === 'http')
        apis.set(name, createHttpApi(trigger, { topology, functions, name, stage }));
      else if (trigger.type === 'queue') pollQueue(trigger, called);
      else if (trigger.type === 'schedule') callRegularly(trigger, called);
    }
  }
  return apis;
}

/** More than these are gathered by Lambda only where it may wait a second for them. */
const batchWithoutWaiting = 10;

function pollQueue(
  { queue, batchSize, maxConcurrency }: Of<'queue'>,
  { topology, name, fn, queues }: Called,
): void {
  if (topology.queues[queue]?.deadLetter === undefined)
    throw new Error(`what ${name} cannot handle has to go to another queue: give ${queue} a deadLetter`);
  new aws.lambda.EventSourceMapping(logical(name, 'from', queue), {
    eventSourceArn: queueIn(queues, queue).arn,
    functionName: fn.name,
    batchSize,
    maximumBatchingWindowInSeconds: batchSize > batchWithoutWaiting ? 1 : 0,
    functionResponseTypes: ['ReportBatchItemFailures'],
    scalingConfig: { maximumConcurrency: maxConcurrency },
  });
  if (wakesItself(topology, name))
    new aws.lambda.FunctionRecursionConfig(logical(name, 'recursion'), {
      functionName: fn.name,
      recursiveLoop: 'Allow',
    });
}

/**
 * Lambda follows messages by their traces, and stops a function that has set itself going some sixteen times: whoever
 * asks to be woken again and again, as a deployment does for as long as it lasts, has to be let.
 */
const wakesItself = ({ functions }: Topology, name: string): boolean =>
  functions[name]?.permissions.some(
    ({ actions, resources }) =>
      actions.includes('sqs:SendMessage') &&
      functions[name]?.triggers.some(
        (trigger) => trigger.type === 'queue' && resources.includes(`queue:${trigger.queue}`),
      ),
  ) ?? false;

function callRegularly({ rateMinutes }: Of<'schedule'>, { name, fn, deadLetter, queues, stage }: Called) {
  if (deadLetter === undefined)
    throw new Error(`where ${name} fails on its schedule, somebody has to see it: give it a deadLetter`);
  new sst.aws.CronV2(logical(name, 'schedule'), {
    schedule: `rate(${rateMinutes} ${rateMinutes === 1 ? 'minute' : 'minutes'})`,
    function: fn.arn.apply((arn) => arn as `arn:${string}`),
    // The next moment comes soon enough.
    retries: 0,
    dlq: queueIn(queues, deadLetter).arn,
    transform: {
      schedule: { name: physical(name) },
      role: {
        name: physical(`${name}-schedule`),
        assumeRolePolicy: JSON.stringify(
          trusting('scheduler.amazonaws.com', { StringEquals: { 'aws:SourceAccount': stage.account } }),
        ),
        ...boundaryOf(stage),
      },
    },
  });
}
