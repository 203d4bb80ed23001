import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import { AwsError, type AwsService } from '../support/service.ts';
import type { DiscoveryContext, Run } from './context.ts';
import { discoverActions } from './discover.ts';
import { instanceActions } from './instances.ts';
import { openTables, type Tables } from './model.ts';
import { namespaceActions } from './namespaces.ts';
import { operationActions } from './operations.ts';
import { createRegistry, type Registry } from './registry.ts';
import { serviceActions } from './services.ts';
import { tagActions } from './tags.ts';

/** AWS Cloud Map: its API, and what ECS and the DNS server see of it. */
export interface Discovery {
  readonly service: AwsService;
  readonly registry: Registry;
  readonly tables: Tables;
}

const actions = new Map<string, Run>(
  [namespaceActions, serviceActions, instanceActions, discoverActions, operationActions, tagActions].flatMap(
    (group) => Object.entries(group),
  ),
);

export function createDiscovery(options: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
}): Discovery {
  const { journal, clock, account, region } = options;
  const tables = openTables(journal);
  const arnPrefix = `arn:aws:servicediscovery:${region}:${account}:`;
  const context: DiscoveryContext = { tables, clock, account, arnPrefix };
  return {
    tables,
    registry: createRegistry(context),
    service: {
      name: 'servicediscovery',
      targetPrefix: 'Route53AutoNaming_v20170314',
      call(name, input) {
        const run = actions.get(name);
        if (!run) throw new AwsError('UnknownOperationException', `Local AWS's Cloud Map has no ${name}.`);
        return run(context, input);
      },
    },
  };
}
