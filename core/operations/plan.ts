import { contentHash, noImage } from '../contract/desired.ts';
import type { Environment } from '../contract/environment.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { PlanView } from '../contract/views.ts';
import type { DeploymentRequest } from '../deployments/model.ts';
import { refKey } from '../kernel/plan.ts';
import type { ServiceState } from '../services/model.ts';
import { type ReleaseRecord, releaseSort, serviceRef } from '../services/records.ts';
import { conflictsOf, problemsOf } from './check-desired.ts';
import { askedOf, requestOf } from './create-deployment.ts';
import { loadState } from './find.ts';
import { settingsKeeping } from './keep-found.ts';
import type { ImageFinding, PreflightDependencies } from './ports.ts';
import { type Change, type Content, changesBetween } from './preflight/changes.ts';
import { checksOf } from './preflight/checks.ts';
import { driftOf } from './preflight/drift.ts';
import { plannedSteps } from './preflight/steps.ts';

/**
 * What a deployment of the same body would come to: what changes, in which steps, what Berth would refuse it for, and
 * what speaks against it besides. Writes nothing, to no place.
 */
export async function planDeployment(
  deps: PreflightDependencies,
  { body }: RouteInput<'planDeployment'>,
): Promise<PlanView> {
  const asked = askedOf(deps, body, undefined);
  const { environment, desired } = asked;
  const request = requestOf(deps, asked);
  const { cluster, ecsName } = request;
  const written = desired.spec.image === noImage ? undefined : desired.spec.image;
  const [state, inspected, finding, secrets, conflicts] = await Promise.all([
    loadState<ServiceState>(deps, serviceRef(request.service)),
    deps.inspector.inspect(cluster, ecsName),
    written === undefined ? undefined : deps.images.resolve(written, environment),
    deps.secretNames.find(Object.values(desired.spec.secrets), environment),
    conflictsOf(deps, request, desired),
  ]);
  const image = finding && written !== undefined ? { written, finding } : undefined;
  const settings = settingsKeeping(desired.settings, desired.spec.port, state);
  const after: Content = { ...desired, settings, spec: { ...desired.spec, ...pinned(finding) } };
  const count = desired.count ?? state?.target?.count ?? 1;
  const release = releaseOf(state, contentHash(after.spec));
  const before = await contentNow(deps, state);
  const changes = [...anew(state, release), ...changesBetween(before, { ...after, count })];
  const drift = state?.target && !state.holder ? driftOf(state, environment, inspected) : [];
  const refusals = [...problemsOf(body, environment), ...conflicts, ...missing(image?.finding)];
  return {
    ...named(request, environment),
    outcome: refusals.length > 0 ? 'refused' : changes.length + drift.length > 0 ? 'changes' : 'nothing',
    ...release,
    ...(state?.target && { before: state.target.release.number }),
    count,
    changes: [...changes],
    steps: [
      ...plannedSteps({
        course: request.what.type === 'content' ? request.what.course : undefined,
        settings: after.settings,
        count,
        isFirst: !state?.target,
      }),
    ],
    refusals: refusals.map(({ path, detail }) => ({ path, detail })),
    checks: [...checksOf({ environment, content: after, count, image, secrets, inspected })],
    drift: [...drift],
    ...(state?.holder && { deployment: state.holder.deployment }),
  };
}

const named = ({ ecsName, app, name }: DeploymentRequest, environment: Environment) => ({
  environment: environment.name,
  service: ecsName,
  app,
  name,
});

const pinned = (finding: ImageFinding | undefined) =>
  finding?.is === 'found' ? { image: finding.pinned } : {};

const missing = (finding: ImageFinding | undefined) =>
  finding?.is === 'missing' ? [{ path: '/spec/image', detail: `is not there: ${finding.text}` }] : [];

/** The number that this content has, or would get. */
function releaseOf(state: ServiceState | undefined, hash: string) {
  const releases = state?.releases ?? [];
  const same = releases.find((release) => release.hash === hash);
  const next = Math.max(0, ...releases.map(({ number }) => number)) + 1;
  return { release: same?.number ?? next, isNew: same === undefined };
}

async function contentNow(
  { store }: PreflightDependencies,
  state: ServiceState | undefined,
): Promise<Content | undefined> {
  if (!state?.target) return undefined;
  const { release, settings, count } = state.target;
  const key = { partition: refKey(serviceRef(state.id)), sort: releaseSort(release.number) };
  const record = (await store.get(key))?.body as ReleaseRecord | undefined;
  return record && { spec: record.spec, settings, count };
}

/** What was taken over was written by somebody else: the same content is a release of Berth's own nevertheless. */
function anew(state: ServiceState | undefined, { release }: ReturnType<typeof releaseOf>): readonly Change[] {
  const now = state?.target?.release.number;
  return now === release
    ? []
    : [{ path: 'release', to: `v${release}`, ...(now !== undefined && { from: `v${now}` }) }];
}
