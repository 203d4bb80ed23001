import { expect } from 'vitest';
import { refusal } from '../refusal.ts';
import { type Change, type Container, onFargate, register } from '../registration.ts';
import type { Row } from '../row.ts';

/** A row of one refusal, which takes no revision. */
function refuses(
  page: string,
  says: string,
  message: RegExp,
  change: Change,
  container: Container = {},
): Row {
  return {
    page,
    says,
    async run(world) {
      expect(await refusal(register(world, change, container))).toMatch(message);
      expect((await register(world))?.revision).toBe(1);
    },
  };
}

const sizes: Row = {
  page: 'task-cpu-memory-error',
  says: 'Fargate has the memory sizes of its table for each cpu, and no others',
  async run(world) {
    const good = [
      ['256', '512'],
      ['256', '1GB'],
      ['.5 vCPU', '4 GB'],
      ['1 vCPU', '8192'],
      ['2048', '16 GB'],
      ['4096', '30720'],
      ['8192', '60 GB'],
      ['16384', '120GB'],
      ['32768', '244 GB'],
    ] as const;
    for (const [cpu, memory] of good) await register(world, { ...onFargate, cpu, memory });
    const bad = [
      ['256', '4096'],
      ['512', '512'],
      ['1024', '1024'],
      ['8192', '17 GB'],
      ['300', '512'],
    ] as const;
    for (const [cpu, memory] of bad) {
      expect(await refusal(register(world, { ...onFargate, cpu, memory }))).toMatch(
        /^ClientException: No Fargate configuration exists for given values/,
      );
    }
  },
};

/** What a task definition must not be: one row for each rule. */
export const taskDefinitionRules: readonly Row[] = [
  sizes,
  refuses(
    'API_RegisterTaskDefinition',
    'a family has letters, digits, hyphens and underscores',
    /^ClientException: Family/,
    { family: 'a/b' },
  ),
  refuses(
    'API_ContainerDefinition',
    'a container has an image',
    /Container.image should not be null or empty/,
    {},
    { image: '' },
  ),
  refuses(
    'API_ContainerDefinition',
    'one container is essential',
    /at least one essential/,
    {},
    { essential: false },
  ),
  refuses(
    'API_ContainerDefinition',
    'on EC2 a container has memory or memoryReservation, unless the task has memory',
    /At least one of 'memory' or 'memoryReservation'/,
    { containerDefinitions: [{ name: 'app', image: 'shop:1' }] },
  ),
  refuses('API_ContainerDefinition', 'memory is at least 6 MiB', /at least 6 MiB/, {}, { memory: 4 }),
  refuses(
    'API_ContainerDefinition',
    'memory is greater than memoryReservation',
    /greater than memoryReservation/,
    {},
    { memoryReservation: 128 },
  ),
  refuses(
    'API_ContainerDefinition',
    'links are for the network mode bridge',
    /Links are not supported/,
    { networkMode: 'host' },
    { links: ['db'] },
  ),
  refuses(
    'API_ContainerDefinition',
    'extra hosts are not for the network mode awsvpc',
    /extraHosts/,
    { networkMode: 'awsvpc' },
    { extraHosts: [{ hostname: 'a', ipAddress: '10.0.0.1' }] },
  ),
  refuses(
    'API_ContainerDefinition',
    'stopTimeout is at most 120 seconds on Fargate',
    /stopTimeout/,
    onFargate,
    { stopTimeout: 121 },
  ),
  refuses(
    'API_PortMapping',
    'under awsvpc host ports are the container ports',
    /must match/,
    { networkMode: 'awsvpc' },
    { portMappings: [{ containerPort: 80, hostPort: 8080 }] },
  ),
  refuses(
    'API_HealthCheck',
    'a health check begins with CMD or CMD-SHELL',
    /CMD/,
    {},
    { healthCheck: { command: ['true'] } },
  ),
  refuses(
    'API_HealthCheck',
    'the timeout is 2 to 60 seconds',
    /timeout/,
    {},
    { healthCheck: { command: ['CMD', 'true'], timeout: 61 } },
  ),
  refuses('API_ContainerDependency', 'HEALTHY needs a health check', /health check/, {
    containerDefinitions: [
      { name: 'db', image: 'db:1', memory: 64 },
      {
        name: 'app',
        image: 'shop:1',
        memory: 64,
        dependsOn: [{ containerName: 'db', condition: 'HEALTHY' }],
      },
    ],
  }),
  refuses(
    'API_Ulimit',
    'an ulimit is one of fifteen',
    /enum value set/,
    {},
    { ulimits: [{ name: 'open' as 'nofile', softLimit: 1, hardLimit: 1 }] },
  ),
  refuses('API_EphemeralStorage', 'ephemeral storage is 21 to 200 GiB', /between 21 and 200/, {
    ...onFargate,
    ephemeralStorage: { sizeInGiB: 20 },
  }),
  refuses(
    'API_ProxyConfiguration',
    'the proxy is a container of the definition, under awsvpc',
    /proxyConfiguration/,
    { proxyConfiguration: { containerName: 'envoy' } },
  ),
  refuses('API_RuntimePlatform', 'ARM64 is for Linux', /ARM64/, {
    runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
  }),
  refuses('fargate-tasks-services', 'Fargate needs awsvpc', /Fargate only supports network mode/, {
    ...onFargate,
    networkMode: 'bridge',
  }),
  refuses(
    'fargate-tasks-services',
    'Fargate does not support privileged containers',
    /privileged/,
    onFargate,
    { privileged: true },
  ),
];
