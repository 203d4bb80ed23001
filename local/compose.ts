import { join } from 'node:path';
import { topology as berth } from '../stacks/topology.ts';
import { provisionAccount } from './account.ts';
import { type Backbone, createBackbone } from './backbone.ts';
import { createNaming, type Naming } from './discovery/naming.ts';
import { createEcs, type EcsEngine } from './ecs/engine.ts';
import { createHostPorts } from './ecs/instances/host-ports.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { createFunctions } from './lambda/functions.ts';
import { type LateRuntime, lateRuntime } from './late-runtime.ts';
import { createLoadBalancer, type LoadBalancerHost } from './loadbalancer/loadbalancer.ts';
import { createLogs, type Logs } from './logs/logs.ts';
import { createMeters } from './metrics/meters/meters.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { objectsIn } from './objects.ts';
import type { LocalAwsOptions } from './options.ts';
import { chooseRuntime } from './runtimes/choose.ts';
import { secretsIn } from './secrets.ts';
import { endTasks, runningTasks } from './stop-tasks.ts';
import { type Clock, realClock } from './support/clock.ts';
import { type Journal, openJournal } from './support/journal.ts';
import { createDoor, type Door } from './task-endpoints/door.ts';
import { countedRuntime } from './time/counted-runtime.ts';

/** All services of Local AWS, not yet reachable. */
export interface Composition {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runtime: LateRuntime;
  readonly logs: Logs;
  readonly metrics: Metrics;
  readonly loadBalancer: LoadBalancerHost;
  readonly ecs: EcsEngine;
  readonly naming: Naming;
  /** How containers reach the endpoint. */
  readonly door: Door;
  readonly backbone: Backbone;
  readonly instruments: Instruments;
  /** Adopts what runs and wires the rest; the endpoint must be known by now. */
  start(): Promise<void>;
  /** Empties everything, and starts anew. */
  reset(): Promise<void>;
  stop(stopTasks: boolean): Promise<void>;
}

/** ECS's default `stopTimeout`; containers that only follow scripts have nothing to finish. */
const taskGraceMs = 30_000;

/** Puts the services together; `endpoint` is asked for once they are started. */
export function compose(
  options: LocalAwsOptions,
  endpoint: () => string,
  log: (line: string) => void,
): Composition {
  const { dataDirectory: data, account, region } = options;
  const journal = openJournal(join(data, 'journal'));
  const instruments = createInstruments({
    ...{ options, journal },
    runtime: () => runtime,
    ecs: () => ecs,
    functionOf: (accessKeyId) => backbone.iam.functionOf(accessKeyId),
    others: () => backbone.lambda.held(),
  });
  const { scripted, time, watch, awaited, capacity } = instruments;
  const { clock, work } = time;
  const machineClock = realClock;
  const logs = createLogs({ directory: join(data, 'logs', 'tasks'), clock, region, accountId: account });
  const runtime = lateRuntime(async () => {
    const choice = { forced: options.runtime, dataDirectory: data, logs: logs.sink, clock: machineClock };
    const chosen = await chooseRuntime({ ...choice, scripted });
    return time.control && chosen !== scripted ? countedRuntime(chosen, work) : chosen;
  });
  const { healthCheckScale, steadySeconds } = options;
  const loadBalancer = createLoadBalancer({
    ...{ journal, clock, machineClock, account, region, healthCheckScale, awaited, log },
  });
  const backbone = createBackbone({
    ...{ journal, clock, machineClock, work, watch, account, region, endpoint, log },
    topology: options.topology ?? berth,
    environment: options.environment,
    retryDelaysMs: options.retryDelaysMs,
    tables: join(data, 'dynamodb'),
  });
  const door = createDoor({ hostAddress: runtime.hostAddress, endpoint, log });
  const metrics = createMetrics({ journal, clock, account, region, publish: backbone.events.publish });
  const naming = createNaming({
    ...{ journal, clock, account, region, log, dnsPort: options.dnsPort },
    hostAddress: runtime.hostAddress,
    names: () => ecs.names(),
  });
  const ecs = createEcs({
    ...{ account, region, clock, journal, runtime, capacity },
    targetGroups: loadBalancer.targets,
    trafficRules: loadBalancer.rules,
    alarms: metrics.alarms,
    functions: createFunctions({
      ...{ lambda: backbone.lambda, own: options.functions ?? {} },
      during: work.during,
    }),
    registry: naming.registry,
    connectAddress: naming.connectAddress,
    publish: backbone.events.publish,
    readSecret: secretsIn(join(data, 'secrets.json')),
    readObject: objectsIn(join(data, 's3')),
    endpoint,
    taskEndpoint: door.url,
    options: { steadySeconds },
  });
  instruments.attend(ecs);
  const hostPorts = createHostPorts({ runtime, log });
  ecs.onTask(hostPorts.attend);
  const meters = createMeters({
    ...{ clock, runtime, loadBalancer, log, measured: metrics.measured },
    ecs: { ...ecs.state, liveTasks: ecs.liveTasks },
  });

  const provision = async () => {
    const services = { ecs: ecs.service, loadBalancers: loadBalancer.service, account, region };
    backbone.start(await provisionAccount(services));
  };
  return {
    ...{
      journal,
      clock,
      runtime,
      logs,
      metrics,
      loadBalancer,
      ecs,
      naming,
      door,
      backbone,
      instruments,
    },
    async start() {
      await loadBalancer.start();
      metrics.start();
      await ecs.start();
      for (const task of ecs.liveTasks()) hostPorts.attend(task);
      meters.start();
      await naming.start();
      await provision();
    },
    async reset() {
      await ecs.reset();
      await hostPorts.stop();
      await naming.forget();
      await loadBalancer.reset();
      logs.reset();
      metrics.reset();
      instruments.clear();
      journal.reset();
      backbone.forget();
      await backbone.dynamodb.reset();
      await provision();
    },
    async stop(stopTasks) {
      instruments.stop();
      meters.stop();
      metrics.stop();
      const tasks = stopTasks ? await runningTasks(ecs.service) : [];
      await ecs.stop();
      await naming.stop();
      await hostPorts.stop();
      await door.close();
      await endTasks(tasks, runtime, machineClock, scripted ? 0 : taskGraceMs);
      await loadBalancer.stop();
      await backbone.stop();
      await runtime.close();
      logs.close();
      journal.close();
    },
  };
}
