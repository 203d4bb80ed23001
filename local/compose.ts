import { join } from 'node:path';
import { topology as berth } from '../stacks/topology.ts';
import { provisionAccount } from './account.ts';
import { type Activity, createActivity } from './activity.ts';
import { type Backbone, createBackbone } from './backbone.ts';
import { createEcs, type EcsEngine } from './ecs/engine.ts';
import { type LateRuntime, lateRuntime } from './late-runtime.ts';
import { createLoadBalancer, type LoadBalancerHost } from './loadbalancer/loadbalancer.ts';
import { createLogs, type Logs } from './logs/logs.ts';
import type { LocalAwsOptions } from './options.ts';
import { chooseRuntime } from './runtimes/choose.ts';
import { secretsIn } from './secrets.ts';
import { endTasks, runningTasks } from './stop-tasks.ts';
import { type Clock, realClock } from './support/clock.ts';
import { type Journal, openJournal } from './support/journal.ts';

/** All services of Local AWS, not yet reachable. */
export interface Composition {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runtime: LateRuntime;
  readonly logs: Logs;
  readonly loadBalancer: LoadBalancerHost;
  readonly ecs: EcsEngine;
  readonly backbone: Backbone;
  readonly activity: Activity;
  /** Adopts what runs and wires the rest; the endpoint must be known by now. */
  start(): Promise<void>;
  /** Empties everything, and starts anew. */
  reset(): Promise<void>;
  stop(stopTasks: boolean): Promise<void>;
}

/** ECS's default `stopTimeout`. */
const taskGraceMs = 30_000;

/** Puts the services together; `endpoint` is asked for once they are started. */
export function compose(
  options: LocalAwsOptions,
  endpoint: () => string,
  log: (line: string) => void,
): Composition {
  const { dataDirectory: data, account, region } = options;
  const clock = realClock;
  const journal = openJournal(join(data, 'journal'));
  const logs = createLogs({ directory: join(data, 'logs', 'tasks'), clock, region, accountId: account });
  const runtime = lateRuntime(() =>
    chooseRuntime({ forced: options.runtime, dataDirectory: data, logs: logs.sink, clock }),
  );
  const { healthCheckScale, steadySeconds } = options;
  const loadBalancer = createLoadBalancer({ journal, clock, account, region, healthCheckScale, log });
  const backbone = createBackbone({
    ...{ journal, clock, account, region, endpoint, log },
    topology: options.topology ?? berth,
    environment: options.environment,
    retryDelaysMs: options.retryDelaysMs,
    tables: join(data, 'dynamodb'),
  });
  const activity = createActivity(clock, backbone.iam.functionOf);
  const ecs = createEcs({
    ...{ account, region, clock, journal, runtime },
    targetGroups: loadBalancer.targets,
    publish(event) {
      activity.published(event);
      backbone.events.publish(event);
    },
    readSecret: secretsIn(join(data, 'secrets.json')),
    options: { steadySeconds },
  });

  const provision = async () => {
    const services = { ecs: ecs.service, loadBalancers: loadBalancer.service, account, region };
    backbone.start(await provisionAccount(services));
  };
  return {
    ...{ journal, clock, runtime, logs, loadBalancer, ecs, backbone, activity },
    async start() {
      await loadBalancer.start();
      await ecs.start();
      await provision();
    },
    async reset() {
      await ecs.reset();
      await loadBalancer.reset();
      logs.reset();
      activity.clear();
      journal.reset();
      backbone.forget();
      await backbone.dynamodb.reset();
      await provision();
    },
    async stop(stopTasks) {
      const tasks = stopTasks ? await runningTasks(ecs.service) : [];
      await ecs.stop();
      await endTasks(tasks, runtime, clock, taskGraceMs);
      await loadBalancer.stop();
      await backbone.stop();
      await runtime.close();
      logs.close();
      journal.close();
    },
  };
}
