import { parseEnvironments } from '../core/contract/environment.ts';
import type { Topology } from '../stacks/topology.ts';
import { createDynamoDb, type DynamoDb } from './dynamodb/dynamodb.ts';
import { createDestinations } from './events/destinations.ts';
import type { EventWatch } from './events/model.ts';
import { createEvents, type Events } from './events/service.ts';
import { createIam, type Iam } from './iam/iam.ts';
import { createLambda, type Lambda } from './lambda/lambda.ts';
import { createSqs, type Sqs } from './sqs/service.ts';
import type { Clock } from './support/clock.ts';
import type { Journal } from './support/journal.ts';
import type { Work } from './time/work.ts';
import { functionsOf, type WiringDependencies, wire } from './wiring.ts';

export interface BackboneOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  readonly topology: Topology;
  /** What every function gets besides the topology's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly retryDelaysMs?: readonly number[];
  /** Where DynamoDB keeps its tables; in memory without it. */
  readonly tables?: string;
  /** The time of the machine, where `clock` is another. */
  readonly machineClock?: Clock;
  /** Who watches or disturbs events. */
  readonly watch?: EventWatch;
  /** What a virtual clock waits for. */
  readonly work?: Work;
  /** The roles that a task definition gives to its tasks. */
  readonly rolesOf?: (taskDefinition: string) => readonly string[];
  endpoint(): string;
  log(line: string): void;
}

/** What connects functions: queues, events, invocations, the table; wired as the topology says. */
export interface Backbone {
  readonly sqs: Sqs;
  readonly events: Events;
  readonly lambda: Lambda;
  readonly dynamodb: DynamoDb;
  readonly iam: Iam;
  /** Wires all up. The endpoint must be known by now; `environments` is JSON of where Berth may deploy to. */
  start(environments?: string): void;
  /** Forgets what is in memory, in the turn in which the journal was emptied; to be started again. */
  forget(): void;
  stop(): Promise<void>;
}

export function createBackbone(options: BackboneOptions): Backbone {
  const { journal, clock, account, region, topology, log, endpoint, retryDelaysMs } = options;
  const iam = createIam({ topology, journal, account, region, rolesOf: options.rolesOf ?? (() => []) });
  const { machineClock = clock, work } = options;
  const { service, queues } = createSqs({
    ...{ journal, clock, account, region, endpoint },
    pollClock: machineClock,
  });
  const destinations = createDestinations(queues, {
    invokeAsync: (name, payload) => lambda.invokeAsync(name, payload),
  });
  const events = createEvents({
    ...{ journal, clock, account, region, destinations, log },
    ...(options.watch ? { watch: options.watch } : {}),
  });
  const lambda = createLambda({
    ...{ journal, clock, account, region, queues, log, machineClock },
    ...(work ? { during: work.during } : {}),
    deadLetter: destinations.deadLetter,
    issue: iam.issue,
    ...(retryDelaysMs ? { retryDelaysMs } : {}),
  });
  const dynamodb = createDynamoDb({
    ...(options.tables === undefined ? {} : { directory: options.tables }),
    tables: [topology.table],
  });
  const start = (environments = '[]') => {
    const wiring: WiringDependencies = {
      ...{ topology, queues, events, environments },
      queueUrl: (name) => `${endpoint()}/${account}/${name}`,
      environment: options.environment ?? {},
    };
    iam.start(parseEnvironments(environments));
    wire(wiring);
    lambda.start(functionsOf(wiring));
  };
  return {
    sqs: { service, queues },
    events,
    lambda,
    dynamodb,
    iam,
    start,
    forget() {
      queues.reset();
      events.reset();
      lambda.reset();
      iam.reset();
    },
    async stop() {
      lambda.stop();
      await dynamodb.close();
    },
  };
}
