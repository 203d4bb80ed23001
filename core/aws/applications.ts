import { applications } from '../applications/decide.ts';
import type { ApplicationQuery, ApplicationSeen, SeenDeployment, SeenHolder } from '../applications/model.ts';
import { contentKey } from '../applications/records.ts';
import type { DeploymentRequest, DeploymentState } from '../deployments/model.ts';
import { deploymentRef } from '../deployments/records.ts';
import type { Member } from '../kernel/item.ts';
import type { Store } from '../kernel/ports.ts';
import type { ServiceState } from '../services/model.ts';

/** Applications, with their eyes on deployments and services; what they do is to send messages. */
export const applicationMember = ({ store }: { readonly store: Store }): Member => ({
  domain: applications,
  look: (query) => lookForApplication(query as ApplicationQuery, store),
  perform: async ({ type }) => {
    throw new Error(`an application has no effect of its own, but was to perform ${type}`);
  },
});

async function lookForApplication(query: ApplicationQuery, store: Store): Promise<ApplicationSeen> {
  const { application, names } = query.contents;
  const [deployments, services, contents] = await Promise.all([
    each(query.deployments, async (id) => seenDeployment((await store.load(deploymentRef(id)))?.state)),
    each(query.services, async (id) => seenHolder((await store.load({ kind: 'service', id }))?.state)),
    each(names, async (name) => {
      const stored = await store.get(contentKey(application, name));
      return (stored?.body as DeploymentRequest | undefined) ?? null;
    }),
  ]);
  return { deployments, services, contents };
}

const each = async <Value>(keys: readonly string[], look: (key: string) => Promise<Value>) =>
  Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await look(key)] as const)));

function seenDeployment(state: unknown): SeenDeployment {
  if (state === undefined) return { is: 'absent' };
  const { at, release, before } = state as DeploymentState;
  if (at.phase !== 'ended') {
    const behind = at.phase === 'queued' ? at.behind : undefined;
    return { is: 'under_way', ...(behind !== undefined && { behind }) };
  }
  return {
    is: 'ended',
    verdict: at.verdict,
    reason: at.reason,
    ...(release && { release: release.number }),
    ...(before && { before: before.release.number }),
  };
}

function seenHolder(state: unknown): SeenHolder {
  const { holder, queue, target } = (state ?? { queue: [] }) as ServiceState;
  const waiting = queue[0]?.deployment;
  return {
    ...(holder && { holder: holder.deployment }),
    ...(waiting !== undefined && { waiting }),
    ...(target?.deployment !== undefined && { aimedBy: target.deployment }),
  };
}
