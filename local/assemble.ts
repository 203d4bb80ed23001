import { join } from 'node:path';
import { topology as berth } from '../stacks/topology.ts';
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
import { type Clock, realClock } from './support/clock.ts';
import { type Journal, openJournal } from './support/journal.ts';
import { createDoor, type Door } from './task-endpoints/door.ts';
import { countedRuntime } from './time/counted-runtime.ts';

/** All services of Local AWS, made and put together, not yet started. */
export interface Parts extends Ground {
  readonly metrics: Metrics;
  readonly ecs: EcsEngine;
  readonly naming: Naming;
  readonly hostPorts: ReturnType<typeof createHostPorts>;
  readonly meters: ReturnType<typeof createMeters>;
}

/** What ECS stands on. */
interface Ground {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runtime: LateRuntime;
  readonly logs: Logs;
  readonly loadBalancer: LoadBalancerHost;
  /** How containers reach the endpoint. */
  readonly door: Door;
  readonly backbone: Backbone;
  readonly instruments: Instruments;
}

/** What the parts are told from outside. */
export interface Surface {
  readonly options: LocalAwsOptions;
  /** Known once all are started. */
  endpoint(): string;
  log(line: string): void;
}

/** What may be asked for only once all parts are made. */
interface Later {
  ecs(): EcsEngine;
  backbone(): Backbone;
  metrics(): Metrics;
}

/** The time of the machine, whatever that of Local AWS is. */
export const machineClock = realClock;

export function assemble(surface: Surface): Parts {
  const { options, endpoint, log } = surface;
  const ground = layGround(surface, {
    ecs: () => ecs,
    backbone: () => ground.backbone,
    metrics: () => metrics,
  });
  const { journal, clock, runtime, loadBalancer, backbone, door, instruments } = ground;
  const { account, region, dataDirectory: data } = options;
  const metrics = createMetrics({ journal, clock, account, region, publish: backbone.events.publish });
  const naming = createNaming({
    ...{ journal, clock, account, region, log, dnsPort: options.dnsPort },
    hostAddress: runtime.hostAddress,
    names: () => ecs.names(),
  });
  const ecs: EcsEngine = createEcs({
    ...{ account, region, clock, journal, runtime, capacity: instruments.capacity },
    targetGroups: loadBalancer.targets,
    trafficRules: loadBalancer.rules,
    alarms: metrics.alarms,
    functions: createFunctions({
      ...{ lambda: backbone.lambda, own: options.functions ?? {} },
      during: instruments.time.work.during,
    }),
    registry: naming.registry,
    connectAddress: naming.connectAddress,
    publish: backbone.events.publish,
    readSecret: secretsIn(join(data, 'secrets.json')),
    readObject: objectsIn(join(data, 's3')),
    endpoint,
    taskEndpoint: door.url,
    options: { steadySeconds: options.steadySeconds },
  });
  instruments.attend(ecs);
  const hostPorts = createHostPorts({ runtime, log });
  ecs.onTask(hostPorts.attend);
  const meters = createMeters({
    ...{ clock, runtime, loadBalancer, log, measured: metrics.measured },
    ecs: { ...ecs.state, liveTasks: ecs.liveTasks },
  });
  return { ...ground, metrics, naming, ecs, hostPorts, meters };
}

function layGround({ options, endpoint, log }: Surface, later: Later): Ground {
  const { account, region, healthCheckScale, dataDirectory: data } = options;
  const journal = openJournal(join(data, 'journal'));
  const instruments = createInstruments({
    ...{ options, journal },
    runtime: () => runtime,
    ecs: later.ecs,
    functionOf: (accessKeyId) => later.backbone().iam.functionOf(accessKeyId),
    others: () => later.backbone().lambda.held(),
  });
  const { time, watch, awaited } = instruments;
  const { clock, work } = time;
  const logs = createLogs({
    ...{ directory: join(data, 'logs', 'tasks'), clock, region, accountId: account },
    told: (group, events) => later.metrics().extract(group, events),
  });
  const runtime = runtimeOf(options, logs, instruments);
  const loadBalancer = createLoadBalancer({
    ...{ journal, clock, machineClock, account, region, healthCheckScale, awaited, log },
  });
  const backbone = createBackbone({
    ...{ journal, clock, machineClock, work, watch, account, region, endpoint, log },
    topology: options.topology ?? berth,
    environment: options.environment,
    retryDelaysMs: options.retryDelaysMs,
    tables: join(data, 'dynamodb'),
    rolesOf: (taskDefinition) => later.ecs().rolesOf(taskDefinition),
  });
  const door = createDoor({ hostAddress: runtime.hostAddress, endpoint, log });
  return { journal, clock, instruments, logs, runtime, loadBalancer, backbone, door };
}

function runtimeOf(options: LocalAwsOptions, logs: Logs, { scripted, time }: Instruments): LateRuntime {
  const { runtime: forced, dataDirectory } = options;
  return lateRuntime(async () => {
    const chosen = await chooseRuntime({
      forced,
      dataDirectory,
      logs: logs.sink,
      clock: machineClock,
      scripted,
    });
    return time.control && chosen !== scripted ? countedRuntime(chosen, time.work) : chosen;
  });
}
