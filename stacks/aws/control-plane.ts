import { withEcsRoles } from '../ecs-hook.ts';
import type { Stage } from '../stages.ts';
import type { Topology } from '../topology.ts';
import { createAlarms } from './alarms.ts';
import { createEcsRoles } from './ecs-roles.ts';
import { createFunctions } from './functions.ts';
import { physical } from './names.ts';
import { createQueues } from './queues.ts';
import { createRules } from './rules.ts';
import { createTable } from './table.ts';
import { createTriggers } from './triggers.ts';

/** Makes all that the topology says; nothing in this folder names a function, a queue, a route or a permission. */
export function controlPlane(topology: Topology, where: Stage) {
  const stage = withEcsRoles(topology, where, physical);
  const table = createTable(topology.table, stage);
  const queues = createQueues(topology.queues);
  createRules(topology.rules, queues);
  const functions = createFunctions(topology, { table, queues }, stage);
  const apis = createTriggers(topology, functions, queues, stage);
  createEcsRoles(topology, functions, stage);
  createAlarms({ topology, functions, queues, apis }, stage);
  return {
    table: table.name,
    ...Object.fromEntries([...apis].map(([name, api]) => [name, api.url])),
  };
}
