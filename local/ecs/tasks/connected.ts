import type { ContainerLaunch } from '../../runtimes/runtime.ts';
import type { EcsContext } from '../context.ts';
import type { TaskRecord } from '../model.ts';
import { type ConnectName, connectNames } from '../services/connect.ts';

/**
 * The launch with the names that Service Connect gives to the task's service: those that were there when its
 * deployment was made, as ECS has it. A variable such as `BERTH_CONNECT_API_80` says where each leads; runtimes
 * that can also give the names themselves.
 */
export async function withNames(
  context: EcsContext,
  task: TaskRecord,
  launch: ContainerLaunch,
): Promise<ContainerLaunch> {
  const names = namesFor(context, task);
  if (names.length === 0) return launch;
  const variables = await Promise.all(
    names.map(async ({ dnsName, port, discoveryArn }) => {
      const address = await context.connectAddress(discoveryArn);
      return address === undefined ? [] : [[variableOf(dnsName, port), address] as const];
    }),
  );
  return {
    ...launch,
    environment: { ...Object.fromEntries(variables.flat()), ...launch.environment },
    hosts: names.flatMap((name) => hostsOf(context, name)),
  };
}

function namesFor(context: EcsContext, task: TaskRecord): ConnectName[] {
  const revision = context.state.revisions.get(task.service?.revisionArn ?? '');
  if (!revision?.connect) return [];
  const { namespaceArn } = revision.connect;
  return connectNames(context).filter(
    (name) => name.namespaceArn === namespaceArn && name.since <= revision.createdAt,
  );
}

/** `api.shop` and 80 as `BERTH_CONNECT_API_SHOP_80`. */
function variableOf(dnsName: string, port: number): string {
  return `BERTH_CONNECT_${dnsName.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${port}`;
}

/** A name can stand for an address only where both have the same port. */
function hostsOf({ registry }: EcsContext, { dnsName, port, discoveryArn }: ConnectName) {
  return registry
    .endpoints(discoveryArn)
    .filter((endpoint) => endpoint.port === port)
    .map(({ address }) => ({ name: dnsName, address }));
}
