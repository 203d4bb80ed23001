import { expect, it } from 'vitest';
import { sqsAlarms } from '../../core/aws/alarms.ts';
import { actingReceivers, workingReceivers } from '../../core/aws/members.ts';
import { explainRoutes } from '../../core/contract/explain-routes.ts';
import { type RouteName, routes } from '../../core/contract/routes.ts';
import { explainOperations } from '../../core/operations/explain-operations.ts';
import { gitHubOperations } from '../../core/operations/github-operations.ts';
import { operations } from '../../core/operations/operations.ts';
import { preflightOperations } from '../../core/operations/preflight-operations.ts';
import { type Topology, topology } from '../../stacks/topology.ts';

const tables: Readonly<Record<string, object>> = {
  api: operations,
  preflight: preflightOperations,
  explain: explainOperations,
  github: gitHubOperations,
};

const keyOf = (name: RouteName) => `${routes[name].method} ${routes[name].path}`;

it('serves each route by one function, to which the topology sends it', () => {
  const served = Object.values(tables).flatMap((table) => Object.keys(table));
  expect([...served].sort()).toEqual(Object.keys(routes).sort());
  const { functions }: Topology = topology;
  const taken = Object.entries(functions).flatMap(([name, { triggers }]) =>
    triggers.flatMap((trigger) => (trigger.type === 'routes' ? trigger.keys.map((key) => [name, key]) : [])),
  );
  const { api: _, ...others } = tables;
  const operated = Object.entries(others).flatMap(([name, table]) =>
    Object.keys(table).map((route) => [name, keyOf(route as RouteName)]),
  );
  expect(taken.sort()).toEqual(operated.sort());
  expect(Object.keys(explainRoutes).sort()).toEqual(Object.keys(explainOperations).sort());
});

it('rings each aggregate at the queue of the function that decides about it', async () => {
  const told: string[] = [];
  const sqs = {
    send: async ({ input }: { input: { QueueUrl: string; MessageBody: string } }) =>
      void told.push(`${input.QueueUrl} ${JSON.parse(input.MessageBody).kind}`),
  };
  const alarms = sqsAlarms(sqs as never, { wake: 'wake', work: 'work' }, { now: () => 0 });
  for (const kind of [...Object.keys(actingReceivers), ...Object.keys(workingReceivers)])
    await alarms.ring({ kind, id: 'x' }, 0);
  expect(told).toEqual([
    ...Object.keys(actingReceivers).map((kind) => `wake ${kind}`),
    ...Object.keys(workingReceivers).map((kind) => `work ${kind}`),
  ]);
  const deaf = sqsAlarms(sqs as never, { wake: 'wake', work: undefined }, { now: () => 0 });
  await expect(deaf.ring({ kind: 'job', id: 'x' }, 0)).rejects.toThrow('nobody is told here of job#x');
});
