import { expect, test } from 'vitest';
import type { DeploymentView } from '../../core/contract/views.ts';
import { topology } from '../../stacks/topology.ts';
import { type Cloud, startCloud } from '../support/cloud.ts';
import { withoutPermission } from '../support/reduced-topology.ts';
import { until } from '../support/until.ts';

/*
 * What becomes of Berth where a permission is missing: the call is refused as AWS refuses it, and people are told.
 * A few statements are taken away here and the real functions run; `permissions.test.ts` has all of them.
 */

type FunctionName = keyof typeof topology.functions;

const place = { environment: 'local', app: 'shop', service: 'web' };

const deploy = (cloud: Cloud) =>
  cloud.client.createDeployment({
    body: { ...place, spec: { run: ['node', '-e', 'process.exit(1)'], port: 8080, listen: false } },
  });

/** Runs Berth without the statements that allow an action, and tells what the functions were refused. */
async function without(functionName: FunctionName, action: string, work: (cloud: Cloud) => Promise<void>) {
  const reduced = withoutPermission(topology, functionName, ({ actions }) => actions.includes(action));
  const cloud = await startCloud({ topology: reduced });
  try {
    await work(cloud);
    const { functions: all } = await cloud.iam();
    return all.flatMap(({ name, refusals }) => refusals.map((refusal) => ({ function: name, ...refusal })));
  } finally {
    await cloud.stop();
  }
}

const refusal = (functionName: FunctionName, action: string, resource: string) =>
  `User: arn:aws:sts::000000000000:assumed-role/${functionName}-role/${functionName} is not authorized to ` +
  `perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

const ecs = (resource: string) => `arn:aws:ecs:us-east-1:000000000000:${resource}`;

test.concurrent.each([
  ['ecs:RegisterTaskDefinition', ecs('task-definition/berth-local-shop-web:*')],
  ['iam:PassRole', 'arn:aws:iam::000000000000:role/berth-tasks/execution'],
  ['ecs:CreateService', ecs('service/local/shop-web')],
] as const)('without %s a deployment ends at once, and its reason is AWS’s', async (action, resource) => {
  let ended: DeploymentView | undefined;
  const refusals = await without('wake', action, async (cloud) => {
    ended = await cloud.ended(await deploy(cloud));
  });
  const [first] = refusals;
  expect(first).toMatchObject({ function: 'wake', resource });
  expect(first?.message).toBe(refusal('wake', first?.action ?? '', resource));
  expect(ended).toMatchObject({
    verdict: 'failed',
    reason: expect.stringContaining(`AccessDeniedException: ${first?.message}`),
  });
});

test.each([
  ['api', 'dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:000000000000:table/berth'],
  ['wake', 'dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:000000000000:table/berth'],
  ['ecs-events', 'sqs:SendMessage', 'arn:aws:sqs:us-east-1:000000000000:wake'],
  ['sweep', 'ecs:ListTasks', '*'],
] as const)('%s, without %s, says so in its log', async (functionName, action, resource) => {
  const inItsWords = action.startsWith('sqs:') ? action.toLowerCase() : action;
  const message = refusal(functionName, inItsWords, resource);
  await without(functionName, action, async (cloud) => {
    const asked = deploy(cloud);
    if (functionName === 'api') {
      await expect(asked).rejects.toMatchObject({ kind: 'internal' });
    } else {
      await asked;
    }
    await until(`the log of ${functionName} to tell`, async () => {
      if (functionName === 'sweep') await cloud.invoke('sweep');
      return (await cloud.log(functionName)).includes(message);
    });
  });
});
