import type { ServiceEvent } from '../../../local/events/model.ts';
import type { Random } from '../random.ts';

type Changed = Readonly<Record<string, unknown>>;

/** The prefix of the ids of events that ECS never sent. */
export const forgedId = 'forged-';

const strangeCluster = 'arn:aws:ecs:us-east-1:000000000000:cluster/other';
const strangeAccount = '999999999999';

/** An event that looks like one of ECS's and is none of Berth's, or of a kind that nobody knows. */
export function forged(event: ServiceEvent, random: Random): Changed {
  const id = `${forgedId}${event.id}`;
  const taskArn = `${strangeCluster.replace('cluster', 'task')}/${'f'.repeat(32)}`;
  const change = random.pick<Changed>([
    { account: strangeAccount },
    { detail: { ...event.detail, clusterArn: strangeCluster } },
    { detail: { ...event.detail, clusterArn: strangeCluster.replace('000000000000', strangeAccount) } },
    { 'detail-type': 'ECS Task State Change', detail: { ...event.detail, taskArn, version: 7 } },
    { 'detail-type': 'ECS Weather Change' },
    {
      'detail-type': 'ECS Service Action',
      resources: [`${strangeCluster.replace('cluster', 'service')}/web`],
    },
    { 'detail-type': 'ECS Daemon Service Action' },
  ]);
  return { ...event, id, ...change };
}

/** A letter that cannot be understood, however often it is tried. */
export function poison(event: ServiceEvent, random: Random): string {
  const task = (detail: Changed) =>
    JSON.stringify({
      ...event,
      id: `${forgedId}${event.id}`,
      'detail-type': 'ECS Task State Change',
      detail: { clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/local', ...event.detail, ...detail },
    });
  if (random.chance(0.03)) return novel(event);
  return random.pick([
    () => '{"id": "cut o',
    () => '[1, 2, 3]',
    () => JSON.stringify({ ...event, source: 'my.app' }),
    () => JSON.stringify({ ...event, detail: 'none' }),
    () => JSON.stringify({ ...event, id: undefined }),
    () => task({ version: 2 ** 53 }),
    () => task({ version: '7' }),
    () => task({ version: 0 }),
    () => task({ version: 3, taskArn: undefined }),
  ])();
}

/** Larger than one item may be: it is understood, and can never be kept. */
const novel = (event: ServiceEvent) =>
  JSON.stringify({
    ...event,
    'detail-type': 'ECS Novel',
    detail: { text: 'x'.repeat(400_000), of: event.id },
  });

/** The same version once more, told differently. */
export const twin = (event: ServiceEvent): Changed => ({
  ...event,
  id: `${event.id}-twin`,
  detail: { ...event.detail, availabilityZone: 'us-east-1z', stoppedReason: 'told otherwise' },
});
