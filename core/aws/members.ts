import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../contract/environment.ts';
import { deployments } from '../deployments/decide.ts';
import type { DeploymentEffect, DeploymentQuery, DeploymentSeen } from '../deployments/model.ts';
import type { Member, Members } from '../kernel/item.ts';
import type { Clock, Log, Store } from '../kernel/ports.ts';
import { services } from '../services/decide.ts';
import type { ServiceEffect } from '../services/model.ts';
import { applyTarget } from './ecs/apply.ts';
import { lookAtService } from './ecs/look.ts';
import { registerRelease } from './ecs/register.ts';
import { lookForEvidence } from './evidence.ts';

export interface MemberDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly ecs: ECSClient;
  readonly loadBalancer: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  /** Throws a `BerthError` for an environment that is not there. */
  environment(name: string): Environment;
}

/** Every domain with its eyes and hands on AWS. */
export function awsMembers(deps: MemberDependencies): Members {
  return { service: serviceMember(deps), deployment: deploymentMember(deps) };
}

function serviceMember(deps: MemberDependencies): Member {
  return {
    domain: services,
    look: async () => ({}),
    perform: (effect, context) => applyTarget(effect as ServiceEffect, context, deps),
  };
}

function deploymentMember(deps: MemberDependencies): Member {
  return {
    domain: deployments,
    look: (query) => lookForDeployment(query as DeploymentQuery, deps),
    perform: (effect) => registerRelease(effect as DeploymentEffect, deps),
  };
}

async function lookForDeployment(query: DeploymentQuery, deps: MemberDependencies): Promise<DeploymentSeen> {
  const [service, evidence] = await Promise.all([
    query.service && lookAtService(deps.ecs, query.service),
    query.evidence && lookForEvidence(query.evidence, deps),
  ]);
  return { ...(service && { service }), ...(evidence && { evidence }) };
}
