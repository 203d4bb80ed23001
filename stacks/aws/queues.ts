import type { QueueNode, Topology } from '../topology.ts';
import { logical, physical } from './names.ts';

/** By the topology's names. */
export type Queues = ReadonlyMap<string, sst.aws.Queue>;

const fourDays = 4 * 24 * 3600;
/** The most that SQS offers. A dead letter's age counts from when it was first sent. */
const fourteenDays = 14 * 24 * 3600;

export function createQueues(nodes: Topology['queues']): Queues {
  const made = new Map<string, sst.aws.Queue>();
  const make = (name: string): sst.aws.Queue => {
    const node = nodes[name];
    if (!node) throw new Error(`the topology has no queue ${name}`);
    const queue = made.get(name) ?? createQueue(name, node, node.deadLetter && make(node.deadLetter));
    made.set(name, queue);
    return queue;
  };
  for (const name of Object.keys(nodes)) make(name);
  return made;
}

/** Throws for a queue that the topology does not have. */
export function queueIn(queues: Queues, name: string): sst.aws.Queue {
  const queue = queues.get(name);
  if (!queue) throw new Error(`the topology has no queue ${name}`);
  return queue;
}

function createQueue(name: string, node: QueueNode, deadLetter: sst.aws.Queue | '' | undefined) {
  return new sst.aws.Queue(logical(name, 'queue'), {
    visibilityTimeout: `${node.visibilitySeconds} seconds`,
    ...(deadLetter && node.maxReceives && { dlq: { queue: deadLetter.arn, retry: node.maxReceives } }),
    transform: {
      queue: {
        name: physical(name),
        messageRetentionSeconds: deadLetter ? fourDays : fourteenDays,
        sqsManagedSseEnabled: true,
      },
    },
  });
}
