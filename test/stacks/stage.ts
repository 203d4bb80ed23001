import { beforeAll, describe, expect, it } from 'vitest';
import { type Route, versionedPath } from '../../core/contract/route.ts';
import { routes } from '../../core/contract/routes.ts';
import { withEcsRoles } from '../../stacks/ecs-hook.ts';
import { type Stage, stageOf } from '../../stacks/stages.ts';
import { topology } from '../../stacks/topology.ts';
import { deployed } from './harness/config.ts';
import type { App } from './harness/evaluate.ts';
import { type Manifest, manifestOf, textOf } from './harness/manifest.ts';
import { expectedNames } from './names.ts';
import { permissionsAreTheTopologys, permissionsAreTight } from './permissions.ts';
import { everythingIsWatched, nothingIsLost } from './watching.ts';

/** What holds for every stage, of what the project's own sst.config.ts makes of it. */
export function describeStage(name: string): void {
  describe(`sst.config.ts at ${name}`, () => {
    const stage = withEcsRoles(topology, stageOf(name), (one) => `berth-${name}-${one}`);
    let app: App;
    let manifest: Manifest;
    beforeAll(async () => {
      const evaluation = await deployed(name);
      app = evaluation.app;
      manifest = manifestOf(evaluation.resources, stage);
    });

    it('makes what was reviewed', () =>
      expect(textOf(manifest, topology, stage)).toMatchFileSnapshot(`golden/${name}.yaml`));
    it('makes all that the topology names, and nothing else', () =>
      expect(namesIn(manifest)).toEqual(expectedNames(topology, stage)));
    it('gives each function what the topology says, and what its triggers need', () =>
      permissionsAreTheTopologys(manifest, topology, stage));
    it('has tight permissions', () => permissionsAreTight(manifest, topology, stage));
    it('watches everything', () => everythingIsWatched(manifest, topology, stage));
    it('loses nothing on asynchronous paths', () => nothingIsLost(manifest, topology));
    it('keeps the data', () => keepsData(manifest, app, stage));
    it('runs functions as Local AWS does', () => runsAlike(manifest));
    it('lets only those in who sign', () => isClosed(manifest));
    it('keeps logs for as long as the stage says, and no longer', () => keepsLogs(manifest, stage));
    it('changes no other account', () =>
      expect(app.providers).toEqual({
        aws: { region: stage.region, allowedAccountIds: [stage.account] },
      }));
  });
}

const namesIn = (manifest: Manifest) =>
  Object.fromEntries(Object.entries(manifest).map(([kind, all]) => [kind, Object.keys(all).sort()]));

function keepsData(manifest: Manifest, { removal, protect }: App, { isProduction, name }: Stage): void {
  expect(manifest['dynamodb.Table']?.[`berth-${name}`]).toMatchObject({
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: isProduction,
    billingMode: 'PAY_PER_REQUEST',
  });
  expect({ removal, protect }).toEqual(
    isProduction ? { removal: 'retain', protect: true } : { removal: 'remove', protect: false },
  );
}

function runsAlike(manifest: Manifest): void {
  for (const fn of Object.values(manifest['lambda.Function'] ?? {}))
    expect(fn).toMatchObject({
      architectures: ['arm64'],
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      loggingConfig: { logFormat: 'JSON' },
    });
}

function isClosed(manifest: Manifest): void {
  const made = Object.values(manifest['apigatewayv2.Route'] ?? {});
  expect(made.map(({ routeKey }) => routeKey).sort()).toEqual(
    Object.values(routes)
      .map((route: Route) => `${route.method} ${versionedPath(route)}`)
      .sort(),
  );
  const open = made.filter(({ authorizationType }) => authorizationType !== 'AWS_IAM');
  // Whoever calls it signs in GitHub's way.
  expect(open).toMatchObject([
    { routeKey: 'POST /v1/hooks/github/{environment}', authorizationType: 'NONE' },
  ]);
  const [api] = Object.values(manifest['apigatewayv2.Api'] ?? {});
  expect(api).not.toHaveProperty('corsConfiguration');
}

function keepsLogs(manifest: Manifest, { logRetentionDays }: Stage): void {
  const groups = manifest['cloudwatch.LogGroup'] ?? {};
  for (const group of Object.values(groups)) expect(group.retentionInDays).toBe(logRetentionDays);
  for (const { loggingConfig } of Object.values(manifest['lambda.Function'] ?? {}))
    expect(groups).toHaveProperty([(loggingConfig as { logGroup: string }).logGroup]);
  for (const { accessLogSettings } of Object.values(manifest['apigatewayv2.Stage'] ?? {}))
    expect(accessLogSettings).toMatchObject({ format: { caller: '$context.identity.userArn' } });
}
