import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { applicationReceiver } from '../applications/receive.ts';
import type { Environment } from '../contract/environment.ts';
import { deployments } from '../deployments/decide.ts';
import type { Evidence } from '../deployments/judge/model.ts';
import type { DeploymentEffect } from '../deployments/model.ts';
import { deploymentReceiver } from '../deployments/receive.ts';
import type { DeploymentQuery, DeploymentSeen, EvidenceQuery } from '../deployments/seeing.ts';
import type { JobEffect } from '../jobs/model.ts';
import { jobReceiver } from '../jobs/receive.ts';
import type { Member, Members, Receivers } from '../kernel/item.ts';
import type { Clock, Log, Store } from '../kernel/ports.ts';
import type { EffectContext, Perform } from '../kernel/settle.ts';
import { locks } from '../locks/decide.ts';
import type { PipelineEffect, Told } from '../pipelines/model.ts';
import { pipelineReceiver } from '../pipelines/receive.ts';
import { services } from '../services/decide.ts';
import type { ServiceEffect } from '../services/model.ts';
import { serviceReceiver } from '../services/receive.ts';
import { applicationMember } from './applications.ts';
import { countDeaths } from './deaths.ts';
import { performForDeployment } from './deployment-effects.ts';
import { type ApplyDependencies, applyTarget } from './ecs/apply.ts';
import { lookAtService, lookAtSiblings } from './ecs/look.ts';
import { applySibling } from './ecs/sibling.ts';
import { lookForEvidence } from './evidence.ts';
import { jobMember, performForJob } from './jobs.ts';
import type { ReadLastLines } from './last-lines.ts';
import { lookForLocks } from './locks.ts';
import { pipelineMember } from './pipelines.ts';

export interface LookingDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly ecs: ECSClient;
  readonly readLastLines: ReadLastLines;
  /** Throws a `BerthError` for an environment that is not there. */
  environment(name: string): Environment;
  /** Evidence for the judge (`lookForJudge`); who has none leaves judging to others. */
  judge?(query: EvidenceQuery): Promise<readonly Evidence[]>;
}

export interface ActingDependencies extends LookingDependencies {
  /** For effects: gives up within `callMs`, and does not try again by itself. */
  readonly hands: ECSClient;
  readonly loadBalancer: ElasticLoadBalancingV2Client;
}

export interface WorkingDependencies extends Omit<LookingDependencies, 'judge'> {
  /** As in `ActingDependencies`. */
  readonly hands: ECSClient;
  /** Tells others how deployments went; who has none tells nobody. */
  readonly reporter?: Reporter;
}

/** Tells GitHub of a commit. */
export type Reporter = (effect: PipelineEffect) => Promise<Told>;

/** What is decided by whoever acts (`actingMembers`), for all that only tell it something. */
export const actingReceivers: Receivers = {
  service: serviceReceiver,
  deployment: deploymentReceiver,
  lock: locks,
};

/** What is decided by whoever works (`workingMembers`). */
export const workingReceivers: Receivers = {
  job: jobReceiver,
  application: applicationReceiver,
  pipeline: pipelineReceiver,
};

/** Services and deployments with their eyes on AWS, for whoever says what would be decided. */
export const lookingMembers = (deps: LookingDependencies): Members => ({
  service: serviceMember(handless),
  deployment: deploymentMember(deps, handless),
});

/** Deployments alone, for whoever only tells them something: why tasks failed is left to others. */
export const deploymentsAlone = (deps: Omit<LookingDependencies, 'readLastLines'>): Members => ({
  deployment: {
    domain: deployments,
    look: (query) => lookAtMove(query as DeploymentQuery, deps),
    perform: handless,
  },
});

/** What moves services, with its eyes and hands on AWS. */
export function actingMembers(given: ActingDependencies): Members {
  const deps = { ...given, ecs: given.hands };
  return {
    service: serviceMember((effect, context) => performForService(effect as ServiceEffect, context, deps)),
    deployment: deploymentMember(given, (effect, context) =>
      performForDeployment(effect as DeploymentEffect, context, deps),
    ),
    lock: lockMember,
  };
}

/** What stands around deployments: the jobs before and after them, and what makes several of them. */
export function workingMembers(given: WorkingDependencies): Members {
  const deps = { ...given, ecs: given.hands };
  return {
    application: applicationMember(given),
    job: jobMember(given, (effect, context) => performForJob(effect as JobEffect, context, deps)),
    pipeline: pipelineMember(given, async (effect) => given.reporter?.(effect as PipelineEffect) ?? untold),
  };
}

const untold: Told = { told: 'skipped', reason: 'nobody is told here' };

const handless: Perform = async (effect) => {
  throw new Error(`${effect.type} is to be performed by whoever is woken, not here`);
};

const performForService = (effect: ServiceEffect, context: EffectContext, deps: ApplyDependencies) =>
  effect.type === 'apply' ? applyTarget(effect, context, deps) : applySibling(effect, context, deps);

const serviceMember = (perform: Perform): Member => ({
  domain: services,
  look: async () => ({}),
  perform,
});

/** It has nothing to look at, and nothing to do but to remember. */
const lockMember: Member = { domain: locks, look: async () => ({}), perform: handless };

const deploymentMember = (deps: LookingDependencies, perform: Perform): Member => ({
  domain: deployments,
  look: (query) => lookForDeployment(query as DeploymentQuery, deps),
  perform,
});

async function lookForDeployment(query: DeploymentQuery, deps: LookingDependencies): Promise<DeploymentSeen> {
  const [seen, evidence] = await Promise.all([
    lookAtMove(query, deps),
    query.evidence && lookForEvidence(query.evidence, deps),
  ]);
  return { ...seen, ...(evidence && { evidence }) };
}

async function lookAtMove(
  query: DeploymentQuery,
  deps: Omit<LookingDependencies, 'readLastLines'>,
): Promise<DeploymentSeen> {
  const [service, siblings, deaths, gates, judge] = await Promise.all([
    query.service && lookAtService(deps.ecs, query.service),
    query.siblings && lookAtSiblings(deps.ecs, query.siblings),
    query.deaths && countDeaths(query.deaths, deps.store),
    query.gates && lookForLocks(query.gates, deps),
    query.judge && deps.judge?.(query.judge),
  ]);
  return {
    ...(service && { service }),
    ...(siblings && { siblings }),
    ...(deaths !== undefined && { deaths }),
    ...(gates && { gates }),
    ...(judge && { judge }),
  };
}
