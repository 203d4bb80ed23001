import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../contract/environment.ts';
import { deployments } from '../deployments/decide.ts';
import type { DeploymentEffect, DeploymentQuery, DeploymentSeen } from '../deployments/model.ts';
import type { Member, Members } from '../kernel/item.ts';
import type { Clock, Log, Store } from '../kernel/ports.ts';
import type { Perform } from '../kernel/settle.ts';
import { services } from '../services/decide.ts';
import type { ServiceEffect } from '../services/model.ts';
import { applyTarget } from './ecs/apply.ts';
import { lookAtService } from './ecs/look.ts';
import { registerRelease } from './ecs/register.ts';
import { lookForEvidence } from './evidence.ts';

export interface LookingDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
  /** Throws a `BerthError` for an environment that is not there. */
  environment(name: string): Environment;
}

export interface ActingDependencies extends LookingDependencies {
  /** For effects: gives up within `callMs`, and does not try again by itself. */
  readonly hands: ECSClient;
  readonly loadBalancer: ElasticLoadBalancingV2Client;
}

/** Every domain with its eyes on AWS, for whoever decides and leaves the effects to others. */
export function lookingMembers(deps: LookingDependencies): Members {
  return { service: serviceMember(handless), deployment: deploymentMember(deps, handless) };
}

/** Every domain with its eyes and hands on AWS. */
export function actingMembers(given: ActingDependencies): Members {
  const deps = { ...given, ecs: given.hands };
  return {
    service: serviceMember((effect, context) => applyTarget(effect as ServiceEffect, context, deps)),
    deployment: deploymentMember(given, (effect, context) =>
      registerRelease(effect as DeploymentEffect, context, deps),
    ),
  };
}

const handless: Perform = async (effect) => {
  throw new Error(`${effect.type} is to be performed by whoever is woken, not here`);
};

const serviceMember = (perform: Perform): Member => ({
  domain: services,
  look: async () => ({}),
  perform,
});

const deploymentMember = (deps: LookingDependencies, perform: Perform): Member => ({
  domain: deployments,
  look: (query) => lookForDeployment(query as DeploymentQuery, deps),
  perform,
});

async function lookForDeployment(query: DeploymentQuery, deps: LookingDependencies): Promise<DeploymentSeen> {
  const [service, evidence] = await Promise.all([
    query.service && lookAtService(deps.ecs, query.service),
    query.evidence && lookForEvidence(query.evidence, deps),
  ]);
  return { ...(service && { service }), ...(evidence && { evidence }) };
}
