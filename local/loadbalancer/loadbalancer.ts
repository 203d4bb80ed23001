import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import type { AwsService } from '../support/service.ts';
import { emptied } from '../support/tables.ts';
import { createWork } from '../time/work.ts';
import { createService } from './api/service.ts';
import { type AwaitedOptions, awaitedTraffic } from './awaited.ts';
import { type MeasuredGroup, measuredGroups } from './measured.ts';
import type { Unused } from './messages.ts';
import { createMetrics, type Metrics, type MetricsPoint, type MetricsWindow } from './metrics.ts';
import { groupsOf, openTables, rulesOf, type Tables } from './model.ts';
import { Pool } from './pool.ts';
import { createPorts, type Ports } from './ports.ts';
import { publishRoutes, type RoutesPublisher } from './routes.ts';
import { type OpenListener, type Snapshot, takeSnapshot } from './snapshot.ts';
import type { TargetGroups } from './targets.ts';
import { createTrafficThread, type TrafficEvents } from './traffic-thread.ts';
import { createRuleWeights, type RuleWeights } from './weights.ts';

export interface LoadBalancerOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Where listeners listen; 127.0.0.1 by default. */
  readonly host?: string;
  /**
   * Shortens what health checks really wait for on this machine: 0.1 makes an interval of 30 seconds 3. The
   * API keeps AWS's numbers. 1 by default.
   */
  readonly healthCheckScale?: number;
  /** Silence of a target that ends a request (504) or a connection; 60 by default, as ALB. */
  readonly idleTimeoutSeconds?: number;
  /** What a virtual clock waits for, and how targets without a socket are. */
  readonly awaited?: AwaitedOptions;
  /** The time of this machine, where `clock` is another; it is for what is tried again. */
  readonly machineClock?: Clock;
  /** Told when the thread that carries the traffic fails; standard error by default. */
  readonly log?: (line: string) => void;
}

export interface LoadBalancerHost {
  /** The ELBv2 API. */
  readonly service: AwsService;
  /** For the ECS scheduler. */
  readonly targets: TargetGroups;
  /** For the deployments of ECS: the weights of rules and, by their ARNs, of listeners. */
  readonly rules: RuleWeights;
  /** Opens the listeners that the journal remembers and takes up the checks of its targets. */
  start(): Promise<void>;
  /** Closes all; requests in flight get a moment to finish. What is registered is remembered. */
  stop(): Promise<void>;
  /** Closes all and forgets all; may be used again at once. */
  reset(): Promise<void>;
  listeners(): readonly OpenListener[];
  /** One point per period; empty counts for an unknown group. */
  metrics(targetGroupArn: string, window: MetricsWindow): MetricsPoint[];
  /** What happened to every target group's requests within the last quarter of an hour. */
  measured(fromMs: number, toMs: number): readonly MeasuredGroup[];
  /** Everything at a glance, as JSON. */
  snapshot(): Snapshot;
}

const stopGraceMs = 1000;

/**
 * A stand-in for Application Load Balancers: ELBv2's API, and real HTTP proxies on loopback ports. Requests are
 * carried by a thread of their own (`traffic/`); here is what decides where they may go.
 */
export function createLoadBalancer(options: LoadBalancerOptions): LoadBalancerHost {
  const { journal, clock, account, region, host = '127.0.0.1', healthCheckScale = 1 } = options;
  const { idleTimeoutSeconds = 60, log = console.error, machineClock = clock } = options;
  const tables = openTables(journal);
  const metrics = createMetrics(clock);
  const thread = createTrafficThread({
    ...{ clock: machineClock, log },
    settings: { host, idleTimeoutMs: idleTimeoutSeconds * 1000 },
    events: heard(() => ({ tables, pool, ports, metrics, routes, confirmed: awaited.unused })),
  });
  const awaited = awaitedTraffic(thread, options.awaited ?? { work: createWork() });
  const { traffic } = awaited;
  const pool = new Pool({ tables, clock, traffic, healthCheckScale });
  const ports = createPorts({ tables, clock: machineClock, traffic, host });
  const routes = publishRoutes(tables, traffic);
  const arnPrefix = `arn:aws:elasticloadbalancing:${region}:${account}:`;
  const forgotten = (arn: string) => metrics.forget(arn);
  const context = { tables, pool, ports, clock, host, arnPrefix, forgotten, inTurn: oneAfterTheOther() };
  const listeners = () => openListeners(tables, ports, host);

  const start = async () => {
    traffic.start();
    routes.all();
    pool.start();
    await ports.start();
  };
  const stop = async (graceMs: number) => {
    await ports.stop(graceMs);
    pool.stop();
    await traffic.stop();
  };
  pool.onChange((arn) => metrics.hosts(arn, ...hostCounts(pool, arn)));
  return {
    service: routes.changedBy(createService(context)),
    targets: pool,
    rules: createRuleWeights(tables, pool, routes),
    start,
    stop: () => stop(stopGraceMs),
    async reset() {
      await stop(0);
      emptied(Object.values(tables));
      metrics.clear();
      await start();
    },
    listeners,
    metrics: metrics.query,
    measured: (fromMs, toMs) => measuredGroups(tables, metrics, fromMs, toMs),
    snapshot: () => takeSnapshot({ tables, pool, metrics, clock, listeners: listeners() }),
  };
}

interface Parts {
  readonly tables: Tables;
  readonly pool: Pool;
  readonly ports: Ports;
  readonly metrics: Metrics;
  readonly routes: RoutesPublisher;
  confirmed(unused: Unused): void;
}

/** What the traffic thread says, and to whom. */
function heard(parts: () => Parts): TrafficEvents {
  return {
    ended() {
      parts().pool.trafficEnded();
      parts().ports.trafficEnded();
    },
    restarted() {
      const { routes, pool, ports } = parts();
      routes.all();
      pool.tellAll();
      void ports.start();
    },
    unused(unused) {
      parts().pool.unused(unused);
      parts().confirmed(unused);
    },
    report({ atMs, served, inFlight }) {
      const { tables, metrics, pool } = parts();
      for (const [arn, tally] of served) if (tables.targetGroups.has(arn)) metrics.add(arn, atMs, tally);
      pool.inFlight(inFlight);
    },
  };
}

function openListeners(tables: Tables, ports: Ports, host: string): OpenListener[] {
  return [...tables.listeners.values()].map(({ arn, loadBalancerArn, port, action }) => {
    const actions = [...rulesOf(tables, arn).map((rule) => rule.action), action];
    return {
      arn,
      loadBalancerArn,
      port,
      url: `http://${host}:${port}`,
      targetGroups: [...new Set(actions.flatMap(groupsOf))],
      problem: ports.problem(arn),
    };
  });
}

function hostCounts(pool: Pool, targetGroupArn: string): [healthy: number, unhealthy: number] {
  const states = pool.members(targetGroupArn).map((member) => pool.healthOf(member));
  const count = (wanted: string) => states.filter((state) => state === wanted).length;
  return [count('healthy'), count('unhealthy')];
}

function oneAfterTheOther() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run, run);
    last = mine;
    return mine;
  };
}
