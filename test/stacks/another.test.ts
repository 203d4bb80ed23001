import { beforeAll, describe, expect, it } from 'vitest';
import { type Stage, stageOf } from '../../stacks/stages.ts';
import { type Topology, topology } from '../../stacks/topology.ts';
import { evaluated } from './harness/config.ts';
import { type Manifest, manifestOf } from './harness/manifest.ts';
import { expectedNames } from './names.ts';
import { permissionsAreTheTopologys, permissionsAreTight } from './permissions.ts';
import { everythingIsWatched, nothingIsLost } from './watching.ts';

/** Nothing of Berth's but a bundle that is there: the stack knows no more than it is told. */
const another: Topology = {
  table: { name: 'images', schema: topology.table.schema },
  queues: {
    uploads: { visibilitySeconds: 90, maxReceives: 3, deadLetter: 'lost' },
    lost: { visibilitySeconds: 60, maxReceives: undefined, deadLetter: undefined },
  },
  rules: {
    uploaded: {
      bus: 'default',
      pattern: { source: ['aws.s3'] },
      target: { queue: 'uploads', deadLetter: 'lost' },
    },
  },
  functions: {
    sweep: {
      handler: 'functions/sweep.ts',
      memoryMb: 256,
      timeoutSeconds: 15,
      triggers: [
        { type: 'queue', queue: 'uploads', batchSize: 100, maxConcurrency: 2 },
        { type: 'schedule', rateMinutes: 5 },
      ],
      deadLetter: 'lost',
      environment: { IMAGES: 'table', SIZE: 'large' },
      permissions: [{ actions: ['dynamodb:GetItem'], resources: ['table'] }],
    },
  },
};

describe('another topology', () => {
  const stage: Stage = {
    ...stageOf('dev'),
    permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
    reserveConcurrency: false,
  };
  let manifest: Manifest;
  beforeAll(async () => {
    manifest = manifestOf((await evaluated(another, stage)).resources, stage);
  });

  it('is made as it says', () => {
    const names = Object.entries(manifest).map(([kind, all]) => [kind, Object.keys(all).sort()]);
    expect(Object.fromEntries(names)).toEqual(expectedNames(another, stage));
    permissionsAreTheTopologys(manifest, another, stage);
    permissionsAreTight(manifest, another, stage);
    everythingIsWatched(manifest, another, stage);
    nothingIsLost(manifest, another);
  });

  it('fills in variables, schedules and batches', () => {
    expect(manifest['lambda.Function']?.['berth-dev-sweep']).toMatchObject({
      environment: { variables: { IMAGES: 'images-dev', SIZE: 'large' } },
      memorySize: 256,
      timeout: 15,
    });
    expect(manifest['scheduler.Schedule']?.['berth-dev-sweep']).toMatchObject({
      scheduleExpression: 'rate(5 minutes)',
    });
    expect(manifest['lambda.EventSourceMapping']?.SweepFromUploads).toMatchObject({
      batchSize: 100,
      maximumBatchingWindowInSeconds: 1,
    });
  });

  it('puts the boundary on every role, and reserves nothing where it may not', () => {
    const roles = Object.values(manifest['iam.Role'] ?? {});
    for (const role of roles) expect(role.permissionsBoundary).toMatch(/:policy\/boundary$/);
    expect(manifest['lambda.Function']?.['berth-dev-sweep']).not.toHaveProperty(
      'reservedConcurrentExecutions',
    );
  });
});
