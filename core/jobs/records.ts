import type { Ref } from '../kernel/plan.ts';
import type { JobId } from './model.ts';

export const jobRef = (id: JobId): Ref => ({ kind: 'job', id });

/** The jobs of a service, in the order in which they were asked for. */
export const listOfJobs = (environment: string, ecsName: string) => `jobs#${environment}/${ecsName}`;

const groupPrefix = 'berth-job:';

/** The group of a job's task in ECS: events carry it, so that whose task it is needs no look. */
export const groupOfJob = (id: JobId) => `${groupPrefix}${id}`;

/** The job that a task of this group belongs to, if it belongs to one. */
export function jobOfGroup(group: string | undefined): JobId | undefined {
  const id = group?.startsWith(groupPrefix) ? group.slice(groupPrefix.length) : undefined;
  return id !== undefined && isJobId(id) ? id : undefined;
}

export const isJobId = (id: string) => /^job_[\w-]{1,200}$/.test(id);
