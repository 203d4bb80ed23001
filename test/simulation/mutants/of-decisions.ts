import type { DeploymentMessage, DeploymentState } from '../../../core/deployments/model.ts';
import type { DeploymentSeen } from '../../../core/deployments/seeing.ts';
import type { Member } from '../../../core/kernel/item.ts';
import type { Input } from '../../../core/kernel/plan.ts';
import type { ServiceMessage, ServiceState } from '../../../core/services/model.ts';
import type { Mutant } from './mutant.ts';
import { absorbingOtherwise, decidingOtherwise, seeingOtherwise } from './otherwise.ts';

/** Mistakes in what is decided. */
export const mistakesOfDecisions: Readonly<Record<string, Mutant>> = {
  'a roll-back is taken for success': {
    caughtBy: ['I8'],
    seeds: [4],
    member: decidingOtherwise<DeploymentState>('deployment', (plan) => {
      const { at } = plan.next;
      if (at.phase !== 'ended' || at.verdict !== 'rolled_back') return plan;
      return { ...plan, next: { ...plan.next, at: { ...at, verdict: 'succeeded' as const } } };
    }),
  },
  'one MISSING is believed': {
    caughtBy: ['I5'],
    seeds: [9],
    member: seeingOtherwise<DeploymentState, DeploymentSeen>('deployment', (state, { service }) => {
      const { at } = state;
      const isMoving = at.phase === 'moving' || at.phase === 'rolling_back';
      if (!isMoving || !at.applied || service?.seen !== 'absent') return state;
      return { ...state, at: { ...at, missingSince: 0, applied: { ...at.applied, at: 0 } } };
    }),
  },
  'whatever ran last is the way back': {
    caughtBy: ['I9'],
    member: absorbingOtherwise<ServiceState, ServiceMessage>('service', (input, state) => {
      if (input.type !== 'message' || input.message.type !== 'release' || !state?.target) return input;
      return { ...input, message: { ...input.message, succeeded: state.target } };
    }),
  },
  'the revision before is the way back': {
    caughtBy: ['I9'],
    seeds: [4],
    member: absorbingOtherwise<DeploymentState, DeploymentMessage>('deployment', (input) => {
      if (input.type !== 'message' || input.message.type !== 'granted' || !input.message.before) return input;
      const { before } = input.message;
      const taskDefinitionArn = before.release.taskDefinitionArn.replace(
        /\d+$/,
        (revision) => `${Math.max(1, Number(revision) - 1)}`,
      );
      const release = { ...before.release, taskDefinitionArn };
      return { ...input, message: { ...input.message, before: { ...before, release } } };
    }),
  },
  'who is superseded goes on': {
    caughtBy: ['I5', 'I6', 'I8', 'L'],
    seeds: [33],
    member: absorbingOtherwise<DeploymentState, DeploymentMessage>('deployment', (input) =>
      input.type === 'message' && input.message.type === 'superseded' ? undefined : input,
    ),
  },
  'whoever aims is heeded': { caughtBy: ['I6'], seeds: [186], member: heedingEverybody },
  'a deadline is a minute early': {
    caughtBy: ['I17'],
    seeds: [3],
    member: (member) => ({
      ...member,
      domain: {
        ...member.domain,
        decide: (state: unknown, seen: unknown, now: number) =>
          member.domain.decide(state, seen, now + 60_000),
      },
    }),
  },
  'events of every cluster are its own': {
    caughtBy: ['I11'],
    seeds: [18],
    territory: (territory) => ({
      ...territory,
      environments: new Map([...territory.environments, ['other', 'local']]),
    }),
  },
};

/** To a service whoever aims it is its holder, as long as that takes. */
function heedingEverybody(member: Member): Member {
  const { domain } = member;
  if (domain.kind !== 'service') return member;
  const absorb = (state: ServiceState | undefined, input: Input<ServiceMessage, never>, now: number) => {
    if (!state || input.type !== 'message' || input.message.type !== 'aim')
      return domain.absorb(state, input, now);
    const { holder, ...rest } = state;
    const aimed = { ...rest, holder: { deployment: input.message.deployment, since: now } };
    const { holder: _, ...next } = domain.absorb(aimed, input, now) as ServiceState;
    return { ...next, ...(holder && { holder }) };
  };
  return { ...member, domain: { ...domain, absorb } };
}
