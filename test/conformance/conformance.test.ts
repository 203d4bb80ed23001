import { describe, expect, it } from 'vitest';
import { fidelity } from '../../local/ecs/fidelity.ts';
import { answered } from './answers.ts';
import type { Row } from './row.ts';
import { capacityProviders } from './rows/capacity-providers.ts';
import { clusters } from './rows/clusters.ts';
import { containerInstances } from './rows/container-instances.ts';
import { daemon } from './rows/daemon.ts';
import { describing } from './rows/describing.ts';
import { discovery } from './rows/discovery.ts';
import { embeddedMetrics } from './rows/embedded-metrics.ts';
import { interruptions } from './rows/interruptions.ts';
import { listing } from './rows/listing.ts';
import { loadBalancing } from './rows/load-balancing.ts';
import { monitoring } from './rows/monitoring.ts';
import { placement } from './rows/placement.ts';
import { runTask } from './rows/run-task.ts';
import { serviceDeployments } from './rows/service-deployments.ts';
import { services } from './rows/services.ts';
import { strategies } from './rows/strategies.ts';
import { tagsAndSettings } from './rows/tags-settings.ts';
import { taskDefinitionRules } from './rows/task-definition-rules.ts';
import { taskDefinitions } from './rows/task-definitions.ts';
import { taskSets } from './rows/task-sets.ts';
import { tasks } from './rows/tasks.ts';
import { startWorld } from './world.ts';

const families: Readonly<Record<string, readonly Row[]>> = {
  tasks,
  'run-task': runTask,
  clusters,
  'capacity-providers': capacityProviders,
  'task-definitions': taskDefinitions,
  'task-definition-rules': taskDefinitionRules,
  'tags-settings': tagsAndSettings,
  listing,
  'task-sets': taskSets,
  'container-instances': containerInstances,
  placement,
  daemon,
  'service-deployments': serviceDeployments,
  services,
  strategies,
  describing,
  'load-balancing': loadBalancing,
  discovery,
  monitoring,
  'embedded-metrics': embeddedMetrics,
  interruptions,
};

describe.each(Object.entries(families))('%s', (_, rows) => {
  it.each(rows.map((row) => ({ ...row, title: `${row.page}: ${row.says}` })))(
    '$title',
    async ({ run, wants }) => {
      const world = await startWorld(wants);
      try {
        await run(world);
      } finally {
        await world.close();
      }
    },
  );
});

// It looks at what the rows above have called.
it('has a row with an answer from every action that is not absent', () => {
  const there = Object.keys(fidelity).filter((action) => fidelity[action]?.level !== 'absent');
  expect(there.filter((action) => !answered.has(action) && action !== 'UpdateContainerAgent')).toEqual([]);
});
