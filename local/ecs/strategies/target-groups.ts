import type { RevisionRecord } from '../model.ts';

/** The target group of each of the revision's load balancers, in their order. */
export function servingGroups(revision: RevisionRecord): readonly (string | undefined)[] {
  return revision.servingGroups ?? revision.loadBalancers.map(({ targetGroupArn }) => targetGroupArn);
}

/**
 * Gives a new revision its target groups. Beside another revision that keeps serving it takes the group which that
 * one does not have, so that the two change roles with every deployment; alone, or in a rolling deployment, the one
 * that is in use.
 */
export function withServingGroups(
  revision: RevisionRecord,
  blue: RevisionRecord | undefined,
  beside: boolean,
): RevisionRecord {
  const used = new Set(blue ? servingGroups(blue) : []);
  const groups = revision.loadBalancers.map(({ targetGroupArn, advancedConfiguration }) => {
    const alternate = advancedConfiguration?.alternateTargetGroupArn;
    if (alternate === undefined || targetGroupArn === undefined) return targetGroupArn ?? '';
    const inUse = used.has(alternate) ? alternate : targetGroupArn;
    const free = inUse === alternate ? targetGroupArn : alternate;
    return beside && used.has(inUse) ? free : inUse;
  });
  return { ...revision, servingGroups: groups };
}
