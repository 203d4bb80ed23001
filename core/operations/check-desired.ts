import type { Desired } from '../contract/desired.ts';
import type { Environment } from '../contract/environment.ts';
import type { CreateDeployment } from '../contract/requests.ts';
import { rolloutProblem } from '../contract/rollout.ts';
import { listenPortOf } from '../contract/service-manifest.ts';
import type { DeploymentRequest } from '../deployments/model.ts';
import type { FieldError } from '../kernel/errors.ts';
import type { ServiceState } from '../services/model.ts';
import { listOfServices, serviceRef } from '../services/records.ts';
import { loadState } from './find.ts';
import { latestRequest } from './latest.ts';
import { pageOf } from './pages.ts';
import type { TakingDependencies } from './ports.ts';
import { foreignProblem } from './preflight/owner.ts';

/** What of a manifest cannot be in this environment, whatever is there. */
export function problemsOf({ spec }: CreateDeployment, environment: Environment): readonly FieldError[] {
  const { name, local, loadBalancerArn } = environment;
  const needsImage = !local && spec.image === undefined;
  const needsLoadBalancer = listenPortOf(spec) !== undefined && loadBalancerArn === undefined;
  return [
    ...(needsImage ? [{ path: '/spec/image', detail: `is missing: ${name} runs containers only` }] : []),
    ...(needsLoadBalancer
      ? [{ path: '/spec/listen', detail: `has to be false: ${name} has no load balancer` }]
      : []),
    ...openWebhooks(spec, environment),
    ...Object.entries(spec.secrets)
      .filter(([, reference]) => isForeign(reference, environment))
      .map(([variable]) => ({
        path: `/spec/secrets/${variable}`,
        detail: `has to be a secret of ${name}'s own account and region, ${environment.account} and ${environment.region}`,
      })),
  ];
}

/** What is asked without encryption can be answered by anybody in between; on one machine nobody is. */
function openWebhooks({ deploy }: CreateDeployment['spec'], { name, local }: Environment): FieldError[] {
  if (local) return [];
  return (deploy.gates?.webhooks ?? []).flatMap(({ url }, place) =>
    url.toLowerCase().startsWith('https:')
      ? []
      : [
          {
            path: `/spec/deploy/gates/webhooks/${place}/url`,
            detail: `has to be https: ${name} is not this machine alone`,
          },
        ],
  );
}

function isForeign(reference: string, { account, region }: Environment): boolean {
  if (!reference.startsWith('arn:')) return false;
  const [, , , itsRegion, itsAccount] = reference.split(':');
  return itsRegion !== region || itsAccount !== account;
}

/** What of it contradicts what is there now. */
export async function conflictsOf(
  deps: TakingDependencies,
  request: DeploymentRequest,
  desired: Desired,
): Promise<readonly FieldError[]> {
  const service = await loadState<ServiceState>(deps, serviceRef(request.service));
  const count = desired.count ?? service?.target?.count ?? 1;
  const rollout = rolloutProblem(count, desired.settings);
  return [
    ...(rollout === undefined ? [] : [{ path: '/spec/deploy', detail: rollout }]),
    ...(service ? await otherOwner(deps, request) : []),
    ...(service?.target ? [] : await foreign(deps, request, service)),
    ...(await takenPort(deps, request, desired.settings.listen)),
  ];
}

/** `a-b` + `c` and `a` + `b-c` have one name in ECS: whoever came first keeps it. */
async function otherOwner(deps: TakingDependencies, request: DeploymentRequest): Promise<FieldError[]> {
  const { app, name, ecsName } = request;
  if (ecsName.split('-').length <= 2) return [];
  const latest = await latestRequest(deps, request.service);
  if (!latest || (latest.app === app && latest.name === name)) return [];
  const detail = `"${ecsName}" is the name of service "${latest.name}" of app "${latest.app}"; use another name`;
  return [{ path: '/service', detail }];
}

/** What somebody else made in ECS is not touched before it was taken over. */
async function foreign(
  { owners }: TakingDependencies,
  { service, cluster, ecsName }: DeploymentRequest,
  state: ServiceState | undefined,
): Promise<FieldError[]> {
  const detail = foreignProblem(service, state, await owners.find(cluster, ecsName));
  return detail === undefined ? [] : [{ path: '/service', detail }];
}

async function takenPort(
  { store }: TakingDependencies,
  request: DeploymentRequest,
  port: number | undefined,
): Promise<FieldError[]> {
  if (port === undefined) return [];
  const list = { list: listOfServices(request.environment) };
  const { items } = await pageOf(store, list, { limit: 100 }, (body) => {
    const { id, ecsName, target } = body as ServiceState;
    return id !== request.service && target?.settings.listen === port ? ecsName : undefined;
  });
  const detail = `port ${port} of the load balancer is taken by "${items[0]}"; give this service another`;
  return items.length === 0 ? [] : [{ path: '/spec/listen', detail }];
}
