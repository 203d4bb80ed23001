import { hashOf, toDesired } from '../contract/desired.ts';
import type { Environment } from '../contract/environment.ts';
import { parse, quoted } from '../contract/parse.ts';
import type { RouteInput } from '../contract/routes.ts';
import { serviceManifest } from '../contract/service-manifest.ts';
import { looksSecret } from '../contract/variables.ts';
import type { AdoptionView } from '../contract/views.ts';
import type { InspectedService } from '../ecs/inspected.ts';
import { ownerTag } from '../ecs/owner.ts';
import { BerthError } from '../kernel/errors.ts';
import type { FoundSettings, ServiceMessage, ServiceSettings, ServiceState } from '../services/model.ts';
import { releaseRecord, serviceIdOf, serviceRef } from '../services/records.ts';
import { defaultActor } from './create-deployment.ts';
import { deliver } from './deliver.ts';
import { environmentBy, loadState } from './find.ts';
import type { PreflightDependencies } from './ports.ts';
import { type Adoption, adoptionOf, adoptionProblem } from './preflight/adoption.ts';

/**
 * Takes over a live ECS service: what runs is its first release, seen and succeeded. Nothing is written to ECS. Throws
 * `not-found` where ECS has no such service, `conflict` where it cannot be taken over as it is.
 */
export async function adoptService(
  deps: PreflightDependencies,
  { params, body }: RouteInput<'adoptService'>,
): Promise<AdoptionView> {
  const environment = environmentBy(deps, params.environment);
  const id = serviceIdOf(environment.name, params.service);
  const state = await loadState<ServiceState>(deps, serviceRef(id));
  if (state?.target)
    throw new BerthError(
      'conflict',
      `${params.service} is Berth's already; \`berth drift ${params.service}\` tells what was changed outside it`,
    );
  const { app = params.service.split('-')[0], actor } = body;
  if (!params.service.startsWith(`${app}-`)) {
    const detail = `${quoted(params.service)} is not the name of a service of an app: a service of Berth's is called <app>-<service>`;
    throw new BerthError('invalid-request', detail, [
      { path: body.app === undefined ? '/params/service' : '/app', detail },
    ]);
  }
  return adoptSeen(deps, { environment, state, ecsName: params.service, app, actor });
}

export interface Adopting {
  readonly environment: Environment;
  readonly state: ServiceState | undefined;
  readonly ecsName: string;
  readonly app?: string | undefined;
  readonly actor: string | undefined;
}

/** Makes a release of what ECS runs, by one message to the service that comes to no effect. */
export async function adoptSeen(deps: PreflightDependencies, adopting: Adopting): Promise<AdoptionView> {
  const { environment, state, ecsName, actor = defaultActor } = adopting;
  const strategy = state?.target?.settings.shift?.strategy ?? 'ROLLING';
  const { service, definition } = await steady(deps, environment, ecsName, strategy);
  const id = serviceIdOf(environment.name, ecsName);
  const owner = service.tags[ownerTag];
  if (owner !== undefined && owner !== id)
    throw new BerthError('conflict', `${ecsName} is ${owner} of another Berth: take it from there first`);
  const adoption = adoptionOf(service, definition, environment, looksSecret);
  const desired = desiredOf(adoption, environment);
  const release = releaseOf(state, definition.arn);
  const settings = settingsOf(desired.settings, state, service, environment);
  const { port, health } = desired.spec;
  const primary = service.deployments[0];
  const message: ServiceMessage = {
    ...{ type: 'adopt', environment: environment.name, cluster: environment.cluster, ecsName, actor },
    onGeneration: state?.generation ?? 0,
    aim: { release, settings, ...(port !== undefined && { port }), ...(health && { health }) },
    count: service.desiredCount,
    applied: {
      serviceArn: service.serviceArn,
      ecsDeploymentId: primary?.id ?? '',
      ...(primary?.createdAtMs !== undefined && { ecsCreatedAtMs: primary.createdAtMs }),
    },
  };
  const partial = adoption.lost.length > 0 ? { partial: true as const } : {};
  const registeredAt = deps.clock.now();
  const record = { ...release, service: id, spec: desired.spec, settings, registeredAt, ...partial };
  await deps.store.put(releaseRecord(record), 'absent');
  const after = (await deliver(deps, serviceRef(id), message, `adopt/${deps.newId()}`)) as ServiceState;
  if (
    after.target?.release.taskDefinitionArn !== definition.arn ||
    after.target.generation !== message.onGeneration + 1
  )
    throw new BerthError('conflict', `${ecsName} was changed at the same time; look again`);
  const app = adopting.app ?? ecsName.split('-')[0] ?? '';
  return {
    ...{ environment: environment.name, service: ecsName, app, name: ecsName.slice(app.length + 1) },
    ...{ release: release.number, taskDefinition: definition.arn, count: service.desiredCount },
    manifest: adoption.manifest,
    notes: [...adoption.lost.map((one) => `a manifest does not carry ${one}`), ...adoption.notes],
  };
}

/** What runs may be a release already; else no manifest's content is the same, for somebody else registered it. */
function releaseOf(state: ServiceState | undefined, taskDefinitionArn: string) {
  const releases = state?.releases ?? [];
  const known = releases.find((release) => release.taskDefinitionArn === taskDefinitionArn);
  const next = Math.max(0, ...releases.map(({ number }) => number)) + 1;
  const { number, hash } = known ?? { number: next, hash: hashOf({ adopted: taskDefinitionArn }) };
  return { number, hash, taskDefinitionArn };
}

async function steady(
  deps: PreflightDependencies,
  { cluster, name }: Environment,
  ecsName: string,
  strategy: string,
) {
  const inspected = await deps.inspector.inspect(cluster, ecsName);
  if (inspected.seen === 'unknown')
    throw new BerthError('unavailable', `ECS could not be read: ${inspected.because}; ask again in a moment`);
  if (inspected.seen === 'absent')
    throw new BerthError(
      'not-found',
      `ECS has no service ${quoted(ecsName)} in ${name} (cluster ${cluster})`,
    );
  const { service, definition } = inspected;
  const problem = adoptionProblem(service, definition, strategy);
  if (problem !== undefined || !definition)
    throw new BerthError(
      'conflict',
      `${ecsName} cannot be taken over: ${problem ?? 'it has no task definition'}`,
    );
  return { service, definition };
}

/** By the manifest, so that what is printed and what is recorded are the same. */
function desiredOf({ manifest }: Adoption, environment: Environment) {
  const parsed = parse(serviceManifest, manifest, '/manifest');
  if (parsed.ok) return toDesired(parsed.value, { local: environment.local });
  const what = parsed.errors.map(({ path, detail }) => `${path} ${detail}`).join('; ');
  throw new BerthError('conflict', `what runs cannot be said in a manifest: ${what}`, parsed.errors);
}

/** Where Berth made it and only its release was changed, it goes on as Berth had it; else all stays as it was found. */
function settingsOf(
  read: ServiceSettings,
  state: ServiceState | undefined,
  service: InspectedService,
  { subnets, securityGroups }: Environment,
): ServiceSettings {
  const { minimumHealthyPercent, maximumPercent, circuitBreaker } = read;
  const own = state?.target?.settings;
  const isOurNetwork =
    sameSet(service.network?.subnets, subnets) && sameSet(service.network?.securityGroups, securityGroups);
  const found: FoundSettings = {
    loadBalancers: service.loadBalancers,
    ...(service.healthCheckGraceSeconds !== undefined && { graceSeconds: service.healthCheckGraceSeconds }),
    ...(service.network && { network: service.network }),
  };
  const isOurs = own !== undefined && !own.found && isOurNetwork && service.loadBalancers.length <= 1;
  return isOurs ? { ...own, minimumHealthyPercent, maximumPercent, circuitBreaker } : { ...read, found };
}

const sameSet = (one: readonly string[] = [], other: readonly string[]) =>
  [...one].sort().join() === [...other].sort().join();
