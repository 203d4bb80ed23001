import type { Topology } from '../topology.ts';
import { logical, physical } from './names.ts';
import { type Queues, queueIn } from './queues.ts';

/** EventBridge's own limits, and its defaults: a day of tries. */
const retryPolicy = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 };

/** Rules that put events into queues, and the leave to do so: to these rules only. */
export function createRules(nodes: Topology['rules'], queues: Queues): void {
  const senders = new Map<string, $util.Output<string>[]>();
  for (const [name, { bus, pattern, target }] of Object.entries(nodes)) {
    const { queue, deadLetter } = target;
    if (deadLetter === undefined)
      throw new Error(
        `what the rule ${name} cannot deliver has to go to a queue: give its target a deadLetter`,
      );
    const rule = new aws.cloudwatch.EventRule(logical(name, 'rule'), {
      name: physical(name),
      eventBusName: bus,
      eventPattern: JSON.stringify(pattern),
      state: 'ENABLED',
    });
    new aws.cloudwatch.EventTarget(logical(name, 'target'), {
      rule: rule.name,
      eventBusName: bus,
      targetId: queue,
      arn: queueIn(queues, queue).arn,
      retryPolicy,
      deadLetterConfig: { arn: queueIn(queues, deadLetter).arn },
    });
    for (const to of new Set([queue, deadLetter])) senders.set(to, [...(senders.get(to) ?? []), rule.arn]);
  }
  for (const [name, rules] of senders) letRulesSend(name, queueIn(queues, name), rules);
}

/** SST's own policy for this lets every topic, bucket and rule of every account send. */
function letRulesSend(name: string, queue: sst.aws.Queue, rules: readonly $util.Output<string>[]): void {
  new aws.sqs.QueuePolicy(logical(name, 'policy'), {
    queueUrl: queue.url,
    policy: $jsonStringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queue.arn,
          Condition: { ArnEquals: { 'aws:SourceArn': rules } },
        },
      ],
    }),
  });
}
