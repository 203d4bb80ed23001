import type { EcsEngine } from './ecs/engine.ts';
import type { Capacity } from './ecs/ports.ts';
import type { EventWatch, ServiceEvent } from './events/model.ts';
import { FaultBook } from './faults/book.ts';
import { createCallFaults } from './faults/calls.ts';
import { createInterruptions } from './faults/interruptions.ts';
import { LaggingReads } from './faults/lag.ts';
import { faultRoute } from './faults/routes.ts';
import { createIntrospection } from './introspection/introspection.ts';
import type { AwaitedOptions } from './loadbalancer/awaited.ts';
import type { LocalAwsOptions } from './options.ts';
import type { Runtime } from './runtimes/runtime.ts';
import { scriptRoutes } from './runtimes/scripted/routes.ts';
import { type ScriptedRuntime, scriptedRuntime } from './runtimes/scripted/runtime.ts';
import { Scripts } from './runtimes/scripted/scripts.ts';
import { realClock } from './support/clock.ts';
import type { Journal } from './support/journal.ts';
import type { EndpointService, Route } from './support/server.ts';
import { observedRoute, observedService, type Surroundings } from './surroundings.ts';
import { clockRoute } from './time/routes.ts';
import { createTime, type Time } from './time/time.ts';

/** What AWS does not have: time that is moved, things that go wrong on request, and a memory of what happened. */
export interface Instruments {
  readonly time: Time;
  /** The runtime `scripted`, when it was asked for. */
  readonly scripted: ScriptedRuntime | undefined;
  readonly watch: EventWatch;
  readonly capacity: Capacity;
  readonly awaited: AwaitedOptions;
  /** `/_local/…`. */
  readonly routes: readonly Route[];
  /** The same service, watched, and struck by faults. */
  observed(service: EndpointService): EndpointService;
  observedRoute(route: Route): Route;
  /** To be called once the engine is there. */
  attend(ecs: EcsEngine): void;
  clear(): void;
  stop(): void;
}

export interface InstrumentsDependencies {
  readonly options: Pick<LocalAwsOptions, 'clock' | 'runtime' | 'rateLimits'>;
  readonly journal: Journal;
  runtime(): Runtime;
  ecs(): EcsEngine;
  functionOf(accessKeyId: string): string | undefined;
  /** Ids of what goes on in other processes, see `WorkOptions`. */
  others(): Iterable<string>;
}

export function createInstruments(deps: InstrumentsDependencies): Instruments {
  const { options, journal, functionOf, others, ecs } = deps;
  const time = createTime({ mode: options.clock, journal, others });
  const { clock, control, work } = time;
  const scripts = new Scripts(journal.table('scripted.scripts'));
  const scripted =
    options.runtime === 'scripted'
      ? scriptedRuntime(clock, (launch) => scripts.of(launch), journal.table('scripted.containers'))
      : undefined;
  const book = new FaultBook(clock);
  const lag = new LaggingReads(clock, book);
  const interruptions = createInterruptions({ book, clock, runtime: deps.runtime, ecs });
  const introspection = createIntrospection({ clock, functionOf });
  const surroundings: Surroundings = {
    calls: introspection.calls,
    faults: createCallFaults({ book, machineClock: realClock, flush: journal.flush }),
    amend: (action, input, output) => lag.answer(action, input, output),
  };
  const startFaults = () => {
    if (options.rateLimits) book.keep({ kind: 'rate-limited' });
  };
  startFaults();
  return {
    time,
    scripted,
    watch: watching(book, introspection.events),
    capacity: interruptions.capacity,
    awaited: { work, probe: ({ target }) => probed(scripted, target.address) },
    routes: [
      clockRoute(clock, control),
      faultRoute({ book, begin: interruptions.begin }),
      ...introspection.routes,
      ...(scripted ? [scriptRoutes(scripts, scripted)] : []),
    ],
    observed: (service) => observedService(service, surroundings),
    observedRoute: (route) => observedRoute(route, surroundings),
    attend: (engine) => engine.onTask((task, before) => lag.changed(task, before)),
    clear() {
      introspection.clear();
      lag.clear();
      book.clear();
      startFaults();
    },
    stop: () => control?.stop(),
  };
}

function watching(book: FaultBook, events: ReturnType<typeof createIntrospection>['events']): EventWatch {
  return {
    published(event, bus) {
      const { delaysMs, struck } = book.event(subjectOf(event));
      events.published(event, bus, struck);
      return delaysMs;
    },
    delivered({ eventId, ruleArn, target }, outcome, error) {
      if (eventId === undefined) return;
      const attempt = { ruleArn, targetArn: target.arn, outcome, ...(error === undefined ? {} : { error }) };
      events.delivered(eventId, attempt);
    },
  };
}

function subjectOf(event: ServiceEvent) {
  const { clusterArn, taskArn } = event.detail as { readonly clusterArn?: string; readonly taskArn?: string };
  return { detailType: event['detail-type'], cluster: clusterArn, task: taskArn };
}

const sick = {
  reason: 'Target.ResponseCodeMismatch',
  description: 'Health checks failed with these codes: [503]',
} as const;

/** What a load balancer's check finds at an address of the scripted runtime, where nobody listens. */
function probed(scripted: ScriptedRuntime | undefined, address: string) {
  const isHealthy = scripted?.isHealthyTarget(address);
  if (isHealthy === undefined) return undefined;
  return isHealthy ? ({ ok: true } as const) : ({ ok: false, failure: sick } as const);
}
