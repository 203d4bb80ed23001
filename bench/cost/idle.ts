import { type Topology, topology } from '../../stacks/topology.ts';
import { added, type Consumption, times } from './bill.ts';

const hoursInAMonth = 730;
/** Lambda keeps five long polls open on a queue that is quiet, each of twenty seconds. */
const pollsAtOnce = 5;
const pollSeconds = 20;

const { functions, queues }: Topology = topology;
const triggers = Object.values(functions).flatMap((one) => one.triggers);

export const sweepsInAMonth = triggers.reduce(
  (sum, trigger) => sum + (trigger.type === 'schedule' ? (hoursInAMonth * 60) / trigger.rateMinutes : 0),
  0,
);

const polledQueues = triggers.filter(({ type }) => type === 'queue').length;

/** A month in which nothing happens: sweeps, polls of empty queues, alarms. */
export const idleMonth = (sweep: Consumption): Consumption =>
  added(times(sweepsInAMonth, sweep), {
    schedulerInvocation: sweepsInAMonth,
    sqsRequest: polledQueues * pollsAtOnce * ((hoursInAMonth * 3600) / pollSeconds),
    alarmMonth: alarms,
  });

/** As the stack has them: errors and throttles of a function, silence of a schedule, a queue, an API. */
export const alarms =
  2 * Object.keys(functions).length +
  triggers.filter(({ type }) => type === 'schedule').length +
  Object.keys(queues).length +
  triggers.filter(({ type }) => type === 'http').length;
