import type { Said } from '../course/model.ts';
import type { DeploymentRequest } from '../model.ts';
import type { ApprovalGate } from './model.ts';

/** Why this person may not approve a deployment; undefined: he may. */
export function mayApprove(
  { actor: deployer }: Pick<DeploymentRequest, 'actor'>,
  gate: ApprovalGate,
  actor: string,
): string | undefined {
  const who = identityOf(actor);
  if (who === '') return 'an approval has to say whose it is';
  if (gate.byDeployer || who !== identityOf(deployer)) return undefined;
  return `${deployer} asked for this deployment; somebody else has to approve it`;
}

/** The first approval that counts. */
export function approvedBy(
  request: Pick<DeploymentRequest, 'actor'>,
  gate: ApprovalGate,
  approvals: readonly Said[],
): Said | undefined {
  return approvals.find(({ actor }) => mayApprove(request, gate, actor) === undefined);
}

/** One person in two spellings is one person: neither case nor what cannot be seen makes another. */
const identityOf = (actor: string) =>
  actor
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .toLowerCase();
