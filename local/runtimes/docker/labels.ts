import { createHash } from 'node:crypto';

/** The container belongs to the Local AWS of this data directory. */
export const OWNER_LABEL = 'berth.local';
export const TASK_LABEL = 'berth.task';
export const ID_LABEL = 'berth.id';
/** Where the output goes, for the Local AWS that finds the container. */
export const LOG_GROUP_LABEL = 'berth.log.group';
export const LOG_STREAM_LABEL = 'berth.log.stream';

/** Of the owner, short enough for names. */
export function ownerDigest(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 12);
}
