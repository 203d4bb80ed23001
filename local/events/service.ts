import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import { AwsError, type AwsService } from '../support/service.ts';
import { Buses } from './bus.ts';
import { busActions } from './bus-actions.ts';
import type { Action } from './context.ts';
import { Deliveries } from './deliveries.ts';
import { type Destinations, type EventWatch, type ServiceEvent, unwatched } from './model.ts';
import { putEvents } from './put-events.ts';
import { ruleActions } from './rule-actions.ts';

export interface EventsDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly destinations: Destinations;
  random?(): number;
  readonly watch?: EventWatch;
  log(line: string): void;
}

export interface Events {
  readonly service: AwsService;
  readonly buses: Buses;
  /** An event of an AWS service on the default bus. Its deliveries share the journal's write with its cause. */
  publish(event: ServiceEvent): void;
  /** How many deliveries wait for another attempt. */
  pending(): number;
  reset(): void;
}

/** EventBridge: buses, rules with patterns, delivery with retries and dead-letter queues. */
export function createEvents(deps: EventsDependencies): Events {
  const { journal, clock, account, region, destinations, log, watch = unwatched } = deps;
  const random = deps.random ?? Math.random;
  const deliveries = new Deliveries({ journal, clock, destinations, watch, random, log });
  const buses = new Buses({ journal, clock, account, region, deliveries, watch });
  const context = { buses, clock, account, region };
  const actions: Readonly<Record<string, Action>> = { ...busActions, ...ruleActions, PutEvents: putEvents };
  return {
    buses,
    publish: (event) => buses.publish(event, 'default'),
    pending: () => deliveries.size,
    reset: () => deliveries.reset(),
    service: {
      name: 'events',
      targetPrefix: 'AWSEvents',
      call(name, input) {
        if (Object.hasOwn(actions, name)) return actions[name]!(input, context);
        throw new AwsError('UnknownOperationException', `Local AWS's EventBridge has no ${name}.`);
      },
    },
  };
}
