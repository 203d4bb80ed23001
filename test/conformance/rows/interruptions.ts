import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { network, webDefinition } from '../../../local/ecs/testing.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const interrupted = 'Your Spot Task was interrupted.';

/** A task of Fargate Spot that runs. */
async function spotTask({ ecs, call, clock }: World): Promise<string> {
  await ecs.send(new CreateClusterCommand({ capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }));
  call('RegisterTaskDefinition', webDefinition());
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      taskDefinition: 'web',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      networkConfiguration: network,
    }),
  );
  await clock.advance(1000);
  return tasks![0]!.taskArn!;
}

const idOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
const describe = async ({ ecs }: World, arn: string) =>
  (await ecs.send(new DescribeTasksCommand({ tasks: [arn] }))).tasks![0];
const told = ({ events }: World) => events.map(({ detail }) => detail);

export const interruptions: readonly Row[] = [
  {
    page: 'fargate-capacity-providers',
    says: 'a Spot task names its capacity provider and the launch type FARGATE',
    async run(world) {
      const task = await describe(world, await spotTask(world));
      expect(task).toMatchObject({ capacityProviderName: 'FARGATE_SPOT', launchType: 'FARGATE' });
    },
  },
  {
    page: 'fargate-capacity-providers',
    says: 'the warning is an event of a task that still runs and is to stop, with its stop code and reason',
    async run(world) {
      const arn = await spotTask(world);
      world.engine.interrupt(idOf(arn), 'TerminationNotice', interrupted);
      await world.clock.advance(1000);
      const warning = told(world).find(({ desiredStatus }) => desiredStatus === 'STOPPED');
      expect(warning).toMatchObject({
        ...{ taskArn: arn, lastStatus: 'RUNNING', desiredStatus: 'STOPPED' },
        ...{ stopCode: 'TerminationNotice', stoppedReason: interrupted },
      });
    },
  },
  {
    page: 'stopped-task-error-codes',
    says: 'a Spot task that was interrupted has stopped with SpotInterruption',
    async run(world) {
      const arn = await spotTask(world);
      world.engine.interrupt(idOf(arn), 'TerminationNotice', interrupted);
      await world.clock.advance(130_000);
      expect(await describe(world, arn)).toMatchObject({
        ...{ lastStatus: 'STOPPED', stopCode: 'SpotInterruption', stoppedReason: interrupted },
      });
    },
  },
  {
    page: 'ecs_cwe_events',
    says: 'versions of a task that is interrupted rise by one with each of its events',
    async run(world) {
      const arn = await spotTask(world);
      world.engine.interrupt(idOf(arn), 'TerminationNotice', interrupted);
      await world.clock.advance(130_000);
      const versions = told(world).flatMap(({ taskArn, version }) => (taskArn === arn ? [version] : []));
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    },
  },
  {
    page: 'API_Task',
    says: 'a task whose host fails stops with InfrastructureHealth; the first cause is kept',
    async run(world) {
      const arn = await spotTask(world);
      world.engine.interrupt(idOf(arn), 'InfrastructureHealth', 'Host is impaired.');
      world.engine.interrupt(idOf(arn), 'TerminationNotice', interrupted);
      await world.clock.advance(130_000);
      expect(await describe(world, arn)).toMatchObject({
        ...{ stopCode: 'InfrastructureHealth', stoppedReason: 'Host is impaired.' },
      });
    },
  },
  {
    page: 'API_ListTasks',
    says: 'a task that was interrupted is listed as STOPPED, and as RUNNING no more',
    async run(world) {
      const arn = await spotTask(world);
      world.engine.interrupt(idOf(arn), 'TerminationNotice', interrupted);
      await world.clock.advance(130_000);
      const list = async (desiredStatus: 'RUNNING' | 'STOPPED') =>
        (await world.ecs.send(new ListTasksCommand({ desiredStatus }))).taskArns;
      expect([await list('RUNNING'), await list('STOPPED')]).toEqual([[], [arn]]);
    },
  },
];
