import { describe, expect, it } from 'vitest';
import { outputFaults } from './shapes.ts';
import { startBench } from './testing.ts';

describe('the faults of an answer', () => {
  it.each([
    [
      'a member that is not known',
      { cluster: { colour: 'blue' } },
      ['CreateCluster.cluster.colour is not known'],
    ],
    ['a number for a string', { cluster: { status: 1 } }, ['CreateCluster.cluster.status is no string']],
    [
      'a string for a number',
      { cluster: { runningTasksCount: '1' } },
      [expect.stringMatching(/is no number$/)],
    ],
    ['no list', { cluster: { tags: {} } }, ['CreateCluster.cluster.tags is no list']],
    [
      'a wrong item',
      { cluster: { tags: [{ key: 'a' }, 1] } },
      ['CreateCluster.cluster.tags[1] is no structure'],
    ],
    ['nothing wrong', { cluster: { clusterName: 'a', settings: [], activeServicesCount: 0 } }, []],
  ])('%s', (_, output, faults) => {
    expect(outputFaults('CreateCluster', output)).toEqual(faults);
  });

  it('are found in lists of lists and in maps', () => {
    const container = { dockerLabels: { a: 1 }, healthCheck: { command: 'true' } };
    const output = { taskDefinition: { containerDefinitions: [container], registeredAt: '2026' } };
    expect(outputFaults('DescribeTaskDefinition', output)).toEqual([
      'DescribeTaskDefinition.taskDefinition.containerDefinitions[0].dockerLabels.a is no string',
      'DescribeTaskDefinition.taskDefinition.containerDefinitions[0].healthCheck.command is no list',
      'DescribeTaskDefinition.taskDefinition.registeredAt is no number',
    ]);
  });
});

it('a whole number has 32 bits, but for longValue', async () => {
  const bench = await startBench();
  bench.call('CreateCluster');
  const definition = (memory: number) => ({
    family: 'a',
    containerDefinitions: [{ name: 'a', image: 'b', memory }],
  });
  expect(bench.refusal('RegisterTaskDefinition', definition(2 ** 31))).toBe(
    'SerializationException: containerDefinitions[0].memory: number can not be converted to an Integer.',
  );
  expect(bench.refusal('ListTaskDefinitions', { maxResults: 1.5 })).toMatch(/^SerializationException/);
  expect(bench.call('ListTaskDefinitions')).toEqual({ taskDefinitionArns: [] });
  const totalResources = [
    { name: 'CPU', type: 'INTEGER', integerValue: 2048, longValue: 2 ** 40, doubleValue: 0.5 },
    { name: 'MEMORY', type: 'INTEGER', integerValue: 2 ** 31 - 1 },
  ];
  expect(bench.call('RegisterContainerInstance', { totalResources })).toMatchObject({
    containerInstance: { status: 'ACTIVE' },
  });
  await bench.engine.stop();
});

it('a word that is not in an enum is refused by name', async () => {
  const bench = await startBench();
  bench.call('CreateCluster');
  expect(bench.refusal('CreateService', { serviceName: 'web', launchType: 'MOON' })).toBe(
    'ClientException: launch type should be one of [EC2,FARGATE]',
  );
  expect(bench.refusal('ListTasks', { launchType: 'MOON' })).toMatch(
    /^InvalidParameterException: .*enum value set/,
  );
  await bench.engine.stop();
});
