import type { Ref } from '../kernel/plan.ts';
import type { ServiceId } from '../services/model.ts';
import type { DeploymentId } from './model.ts';

export const deploymentRef = (id: DeploymentId): Ref => ({ kind: 'deployment', id });

/** The deployments of a service, in the order in which they were asked for. */
export const listOfDeployments = (service: ServiceId) => `deployments#${service}`;
