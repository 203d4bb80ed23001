import { topology as berth } from '../stacks/topology.ts';
import { provisionAccount } from './account.ts';
import { assemble, machineClock, type Parts } from './assemble.ts';
import type { LocalAwsOptions } from './options.ts';
import { endTasks, runningTasks } from './stop-tasks.ts';
import { asksForEnvironments, functionWith } from './wiring.ts';

/** All services of Local AWS, not yet reachable. */
export interface Composition extends Parts {
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
  const parts = assemble({ options, endpoint, log });
  const { journal, runtime, logs, metrics, meters, loadBalancer, ecs } = parts;
  const { naming, hostPorts, door, backbone, instruments } = parts;
  const provision = async () => {
    const { account, region, topology = berth } = options;
    if (!asksForEnvironments(topology)) return backbone.start();
    const services = { ecs: ecs.service, loadBalancers: loadBalancer.service, account, region };
    const hookFunction = functionWith(topology, 'ecs-hook');
    backbone.start(await provisionAccount({ ...services, hookFunction }));
  };
  return {
    ...parts,
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
      // Containers that only follow scripts have nothing to finish, and their time may stand still.
      await endTasks(tasks, runtime, machineClock, instruments.scripted ? 0 : taskGraceMs);
      await loadBalancer.stop();
      await backbone.stop();
      await runtime.close();
      logs.close();
      journal.close();
    },
  };
}
