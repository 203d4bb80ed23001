import { beforeAll, describe, expect, it } from 'vitest';
import { type Bench, network, startBench, targetGroupArn, webDefinition, webService } from '../testing.ts';

type Json = Record<string, unknown>;

const container = (change: Json): Json => webDefinition({}, change);
const two = (app: Json, other: Json): Json =>
  webDefinition({
    containerDefinitions: [
      { name: 'app', image: 'shop:1', ...app },
      { name: 'other', image: 'other:1', ...other },
    ],
  });
const needs = (containerName: string, condition = 'START') => ({ dependsOn: [{ containerName, condition }] });
const run = (change: Json): Json => ({
  taskDefinition: 'web',
  launchType: 'FARGATE',
  networkConfiguration: network,
  ...change,
});
const ranges = (containerPortRange: string): Json => container({ portMappings: [{ containerPortRange }] });
const platform = (operatingSystemFamily: string, cpuArchitecture: string): Json =>
  webDefinition({ runtimePlatform: { operatingSystemFamily, cpuArchitecture } });
const percents = (minimumHealthyPercent: number, maximumPercent: number): Json =>
  webService({ deploymentConfiguration: { minimumHealthyPercent, maximumPercent } });
const strategy = (...items: [provider: string, weight: number, base: number][]): Json => {
  const { launchType: _, ...rest } = run({});
  const capacityProviderStrategy = items.map(([capacityProvider, weight, base]) => ({
    capacityProvider,
    weight,
    base,
  }));
  return { ...rest, capacityProviderStrategy };
};
const balanced = (change: Json): Json =>
  webService({ loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 8080, ...change }] });

const efs = { name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1' } };

describe('what ECS refuses', () => {
  let b: Bench;
  beforeAll(async () => {
    b = await startBench();
    b.call('CreateCluster', { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
    b.call('RegisterTaskDefinition', webDefinition());
    b.call('CreateCluster', { clusterName: 'gone' });
    b.call('DeleteCluster', { cluster: 'gone' });
    b.call('RegisterTaskDefinition', webDefinition({ family: 'old' }));
    b.call('DeregisterTaskDefinition', { taskDefinition: 'old:1' });
    b.call('RegisterTaskDefinition', webDefinition({ family: 'efs', volumes: [efs] }));
  });

  const refuse = (action: string, cases: readonly (readonly [what: string, input: Json, error: RegExp])[]) =>
    describe(action, () => {
      it.each(cases)('%s', (_, input, error) => {
        const before = JSON.stringify([...b.journal.table('ecs.tasks').entries()]);
        expect(b.refusal(action, input)).toMatch(error);
        expect(JSON.stringify([...b.journal.table('ecs.tasks').entries()])).toBe(before);
      });
    });

  refuse('RegisterTaskDefinition', [
    ['no family', { containerDefinitions: [] }, /^ClientException: family should not be null/],
    ['a family with a slash', webDefinition({ family: '../x' }), /^ClientException: Family/],
    ['no container', webDefinition({ containerDefinitions: [] }), /^ClientException: Container list/],
    ['containers that are no list', webDefinition({ containerDefinitions: {} }), /^SerializationException/],
    ['cpu as a number', webDefinition({ cpu: 256 }), /^SerializationException: cpu/],
    [
      'a port with a fraction',
      container({ portMappings: [{ containerPort: 80.5 }] }),
      /^SerializationException/,
    ],
    ['a port beyond 65535', container({ portMappings: [{ containerPort: 65536 }] }), /containerPort/],
    ['an unknown network mode', webDefinition({ networkMode: 'none-such' }), /enum value set/],
    ['256 with 4096', webDefinition({ memory: '4096' }), /No Fargate configuration exists/],
    ['32768 with 61 GB', webDefinition({ cpu: '32768', memory: '61 GB' }), /No Fargate configuration exists/],
    ['a size that is no number', webDefinition({ cpu: 'many' }), /Invalid 'cpu'/],
    ['Fargate without a size', { ...webDefinition(), memory: undefined }, /defined at the task level/],
    ['Fargate on a bridge', webDefinition({ networkMode: 'bridge' }), /awsvpc/],
    ['no essential container', container({ essential: false }), /at least one essential/],
    ['two containers of one name', two({}, { name: 'app' }), /must be unique/],
    ['a container that needs itself', container(needs('app')), /depend on itself/],
    ['a container that needs nobody known', container(needs('nobody')), /does not exist/],
    ['a cycle', two(needs('other'), needs('app')), /cycle: app → other → app/],
    ['COMPLETE on an essential one', two(needs('other', 'COMPLETE'), {}), /cannot be set on an essential/],
    ['HEALTHY without a check', two(needs('other', 'HEALTHY'), {}), /needs a health check/],
    ['a health check without CMD', container({ healthCheck: { command: ['rm -rf'] } }), /CMD/],
    ['an interval of 4', container({ healthCheck: { command: ['CMD', 'a'], interval: 4 } }), /interval/],
    ['11 retries', container({ healthCheck: { command: ['CMD', 'a'], retries: 11 } }), /retries/],
    ['more cpu than the task', container({ cpu: 512 }), /greater than the cpu/],
    ['more memory than the task', container({ memory: 1024 }), /'memory' setting for container is greater/],
    ['privileged on Fargate', container({ privileged: true }), /privileged/],
    ['a stopTimeout of 121', container({ stopTimeout: 121 }), /stopTimeout/],
    [
      'a secret of nothing',
      container({ secrets: [{ name: 'A', valueFrom: 'arn:aws:s3:::x' }] }),
      /valueFrom/,
    ],
    ['a digest of the wrong length', container({ image: 'shop@sha256:12' }), /digest/],
    [
      'a mount of no volume',
      container({ mountPoints: [{ sourceVolume: 'a', containerPath: '/a' }] }),
      /Unknown volume/,
    ],
    ['volumes from nobody', container({ volumesFrom: [{ sourceContainer: 'nobody' }] }), /volumesFrom names/],
    ['an image with a space', container({ image: 'shop: 1' }), /Container.image contains invalid characters/],
    ['a container without a name', container({ name: '' }), /Container.name should not be null or empty/],
    ['a pidMode of the host', webDefinition({ pidMode: 'host' }), /do not support pidMode 'host'/],
    ['host names under awsvpc', container({ hostname: 'a' }), /hostname is not supported/],
    ['a device on Fargate', container({ linuxParameters: { devices: [{ hostPath: '/dev/a' }] } }), /devices/],
    [
      'a driver that Fargate lacks',
      container({ logConfiguration: { logDriver: 'syslog' } }),
      /syslog is not/,
    ],
    ['an ulimit of no name', container({ ulimits: [{ name: 'open' }] }), /enum value set/],
    ['a range that ends before it begins', ranges('8010-8000'), /containerPortRange/],
    ['a range up to 65536', ranges('1-65536'), /containerPortRange/],
    [
      '20 GiB of ephemeral storage',
      webDefinition({ ephemeralStorage: { sizeInGiB: 20 } }),
      /between 21 and 200/,
    ],
    ['201 GiB of it', webDefinition({ ephemeralStorage: { sizeInGiB: 201 } }), /between 21 and 200/],
    ['Windows on ARM', platform('WINDOWS_SERVER_2022_CORE', 'ARM64'), /ARM64/],
    ['Windows 2016 on Fargate', platform('WINDOWS_SERVER_2016_FULL', 'X86_64'), /operating system family/],
    ['a platform of no name', platform('PLAN9', 'X86_64'), /enum value set/],
    [
      'a proxy that is no container',
      webDefinition({ proxyConfiguration: { containerName: 'envoy' } }),
      /proxyConfiguration names/,
    ],
    ['51 tags', webDefinition({ tags: Array.from({ length: 51 }, (_, i) => ({ key: `k${i}` })) }), /50 tags/],
    ['something huge', container({ command: ['x'.repeat(70_000)] }), /larger than 65536/],
  ]);

  refuse('RunTask', [
    ['no task definition', {}, /^ClientException: taskDefinition should not be null/],
    ['count 0', run({ count: 0 }), /^InvalidParameterException: count/],
    ['count -1', run({ count: -1 }), /^InvalidParameterException: count/],
    ['count 11', run({ count: 11 }), /^InvalidParameterException: count/],
    ['count 1e9', run({ count: 1e9 }), /^InvalidParameterException: count/],
    ['count 1.5', run({ count: 1.5 }), /^SerializationException: count/],
    ['an unknown launch type', run({ launchType: 'FARGATE_SPOT' }), /enum value set/],
    ['awsvpc without a network', run({ networkConfiguration: undefined }), /must be provided/],
    [
      'overrides of 8193 characters',
      run({ overrides: { containerOverrides: [{ name: 'app', command: ['x'.repeat(8193)] }] } }),
      /8192/,
    ],
    [
      'an override of nobody',
      run({ overrides: { containerOverrides: [{ name: 'nobody' }] } }),
      /not a container/,
    ],
    ['an override to no Fargate size', run({ overrides: { memory: '4096' } }), /No Fargate configuration/],
    ['an INACTIVE cluster', run({ cluster: 'gone' }), /^ClusterNotFoundException: .*inactive/],
    [
      'a cluster of another account',
      run({ cluster: 'arn:aws:ecs:us-east-1:111111111111:cluster/default' }),
      /^ClusterNotFound/,
    ],
    ['an INACTIVE revision', run({ taskDefinition: 'old:1' }), /inactive/],
    [
      'a volume of EFS',
      run({ taskDefinition: 'efs' }),
      /^UnsupportedFeatureException: .*efsVolumeConfiguration/,
    ],
    [
      'a family without an ACTIVE revision',
      run({ taskDefinition: 'old' }),
      /^ClientException: TaskDefinition not found/,
    ],
    ['two bases', strategy(['FARGATE', 1, 1], ['FARGATE_SPOT', 1, 1]), /Only one capacity provider/],
    ['no weight', strategy(['FARGATE', 0, 0]), /weight greater than 0/],
    ['a weight of 1001', strategy(['FARGATE', 1001, 0]), /between 0 and 1000/],
    [
      'a launch type and a strategy',
      { ...strategy(['FARGATE', 1, 0]), launchType: 'FARGATE' },
      /not supported/,
    ],
    ['a token with a space', run({ clientToken: 'a b' }), /clientToken/],
    ['a startedBy with a line break', run({ startedBy: 'a\nb' }), /startedBy/],
    ['the group of a service', run({ group: 'service:web' }), /group/],
  ]);

  refuse('CreateService', [
    ['no count', webService({ desiredCount: undefined }), /desiredCount/],
    ['a count of -1', webService({ desiredCount: -1 }), /desiredCount/],
    ['a count of a million', webService({ desiredCount: 1e6 }), /desiredCount/],
    ['100/100', percents(100, 100), /will block deployments/],
    ['minimum above maximum', percents(100, 50), /must not be less/],
    ['a negative minimum', percents(-1, 200), /minimumHealthyPercent/],
    ['a daemon of two', webService({ schedulingStrategy: 'DAEMON' }), /does not support a desired count/],
    ['CodeDeploy', webService({ deploymentController: { type: 'CODE_DEPLOY' } }), /^UnsupportedFeature/],
    [
      'a strategy of no name',
      webService({ deploymentConfiguration: { strategy: 'RED_GREEN' } }),
      /enum value set/,
    ],
    [
      'a breaker without rollback',
      webService({ deploymentConfiguration: { deploymentCircuitBreaker: { enable: true } } }),
      /rollback should not be null/,
    ],
    ['a port that is not mapped', balanced({ containerPort: 80 }), /did not have a container port 80/],
    ['a container that is not there', balanced({ containerName: 'nobody' }), /does not exist in the task/],
    ['a target group that is not there', balanced({ targetGroupArn: 'arn:aws:x' }), /target group/],
    ['a name with a slash', webService({ serviceName: 'a/b' }), /Invalid identifier/],
    ['a name of 256 characters', webService({ serviceName: 'a'.repeat(256) }), /Invalid identifier/],
  ]);

  refuse('DescribeTasks', [
    ['no tasks', { tasks: [] }, /^InvalidParameterException/],
    ['101 tasks', { tasks: Array.from({ length: 101 }, () => 'x') }, /At most 100/],
    ['tasks that are no strings', { tasks: [1] }, /^SerializationException/],
  ]);

  refuse('ListTasks', [
    ['a token of its own making', { nextToken: 'bm90IG91cnM' }, /Invalid token/],
    ['a page of 101', { maxResults: 101 }, /maxResults/],
    ['a service that is not there', { serviceName: 'nobody' }, /^ServiceNotFoundException/],
  ]);

  it('an action that it does not have, and one that nobody has', () => {
    expect(b.refusal('ListDaemons')).toMatch(/^UnsupportedFeatureException: .*ListDaemons/);
    expect(b.refusal('constructor')).toMatch(/^UnknownOperationException/);
    expect(b.refusal('__proto__')).toMatch(/^UnknownOperationException/);
  });

  it('ignores unknown members and nulls, and fills in its defaults', () => {
    const definition = webDefinition({
      family: 'defaults',
      nonsense: 1,
      tags: null,
      cpu: '1 vCPU',
      memory: '2GB',
    });
    const { taskDefinition } = b.call<{ taskDefinition: Json }>('RegisterTaskDefinition', definition);
    expect(taskDefinition).toMatchObject({
      cpu: '1024',
      memory: '2048',
      status: 'ACTIVE',
      compatibilities: ['EC2', 'FARGATE'],
      volumes: [],
      containerDefinitions: [
        {
          cpu: 0,
          essential: true,
          environment: [],
          portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: 'tcp' }],
        },
      ],
    });
    expect(taskDefinition).not.toHaveProperty('nonsense');
  });

  it('names the latest ACTIVE revision by its family', () => {
    b.call('RegisterTaskDefinition', webDefinition({ family: 'two' }));
    b.call('RegisterTaskDefinition', webDefinition({ family: 'two' }));
    const revision = (taskDefinition: string) =>
      b.call<{ taskDefinition: Json }>('DescribeTaskDefinition', { taskDefinition }).taskDefinition.revision;
    expect(revision('two')).toBe(2);
    b.call('DeregisterTaskDefinition', { taskDefinition: 'two:2' });
    expect(revision('two')).toBe(1);
    expect(revision('two:2')).toBe(2);
    expect(b.refusal('DescribeTaskDefinition', { taskDefinition: 'two:3' })).toMatch(/^ClientException/);
  });
});

describe('tags', () => {
  it('are set, replaced, listed and removed by ARN, and shown only when asked for', async () => {
    const b = await startBench();
    const { cluster } = b.call<{ cluster: { clusterArn: string } }>('CreateCluster', {
      tags: [{ key: 'team', value: 'shop' }],
    });
    const resourceArn = cluster.clusterArn;
    b.call('TagResource', { resourceArn, tags: [{ key: 'team', value: 'core' }, { key: 'tier' }] });
    b.call('UntagResource', { resourceArn, tagKeys: ['tier'] });
    expect(b.call('ListTagsForResource', { resourceArn })).toEqual({
      tags: [{ key: 'team', value: 'core' }],
    });
    expect(b.refusal('ListTagsForResource', { resourceArn: 'nonsense' })).toMatch(/^InvalidParameter/);
  });
});
