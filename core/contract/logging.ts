import type { Environment } from './environment.ts';

export const logGroupOf = (environment: Environment, ecsName: string): string =>
  `${environment.logGroupPrefix}/${environment.name}/${ecsName}`;

/** The one container of a task that Berth defines, and the stream that its output goes to. */
export const containerName = 'main';
export const logStreamOf = (taskId: string): string => `berth/${containerName}/${taskId}`;
