import type { Instant } from '../../kernel/plan.ts';

/** ISO 8601, in UTC. */
export const moment = (at: Instant): string => new Date(at).toISOString();
