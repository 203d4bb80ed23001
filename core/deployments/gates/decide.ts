import type { Instant } from '../../kernel/plan.ts';
import type { Said } from '../course/model.ts';
import type { DeploymentEffect, DeploymentRequest } from '../model.ts';
import { approvedBy } from './approval.ts';
import { heldByLock, type Wait } from './locking.ts';
import type { GatePlan, GateSeen, GateState, TimeWindow } from './model.ts';
import { ask, refusalOf } from './webhooks.ts';
import { formatIn, isOpen, nextOpening } from './window.ts';

/** What the gates of a deployment are decided upon. */
export interface AtTheGates {
  readonly request: DeploymentRequest;
  readonly plan: GatePlan;
  readonly gates: GateState;
  readonly approvals: readonly Said[];
}

export type GateDecision =
  | { readonly is: 'open'; readonly text: string; readonly gates: GateState }
  | {
      readonly is: 'waits';
      /** Of what comes first of all that it waits for; `text` tells of all. */
      readonly code: string;
      /** The same at every look as long as it waits for the same: it says when, not how long. */
      readonly text: string;
      readonly wakeAt: Instant;
      readonly gates: GateState;
      readonly effects: readonly DeploymentEffect[];
    }
  | { readonly is: 'refused'; readonly text: string };

export const noGates: GatePlan = { windows: [], webhooks: [] };
export const gatesShut: GateState = { webhooks: {} };

/** An approval is a message, and wakes; without one there is nothing to see sooner than this. */
const longMs = 15 * 60_000;

/**
 * Whether a deployment may set out. All gates have to be open at one and the same moment: locks and freezes, time
 * windows, the approval, and then the webhooks, which are asked once all others are open. Later steps are held by locks
 * alone (`heldByLock`); a roll-back that was asked for is held by nothing.
 */
export function decideGates(at: AtTheGates, seen: GateSeen | undefined, now: Instant): GateDecision {
  const { request, plan, gates, approvals } = at;
  if (request.what.type === 'rollback') return { is: 'open', text: 'nothing holds the way back', gates };
  const refused = plan.webhooks
    .map((gate) => refusalOf(gate, gates.webhooks[gate.name]))
    .find((no) => no !== undefined);
  if (refused !== undefined) return { is: 'refused', text: refused };
  const waits = [
    heldByLock(request, seen, now),
    outsideWindows(plan.windows, now),
    unapproved(request, plan, approvals, now),
  ].filter((wait) => wait !== undefined);
  const [first] = waits;
  if (!first) return askWebhooks(at, now);
  return {
    is: 'waits',
    code: first.code,
    text: waits.map(({ text }) => text).join('; '),
    wakeAt: Math.min(...waits.map(({ wakeAt }) => wakeAt)),
    gates,
    effects: [],
  };
}

function outsideWindows(windows: readonly TimeWindow[], now: Instant): Wait | undefined {
  if (windows.length === 0 || windows.some((window) => isOpen(window, now))) return undefined;
  const next = nextOpening(windows, now);
  if (!next) return { code: 'window', text: 'outside its windows, which never open', wakeAt: now + longMs };
  const when = formatIn(next.window.zone, next.at);
  return { code: 'window', text: `outside its window; opens ${when}`, wakeAt: next.at };
}

function unapproved(
  request: DeploymentRequest,
  { approval }: GatePlan,
  approvals: readonly Said[],
  now: Instant,
): Wait | undefined {
  if (approval?.at !== 'start' || approvedBy(request, approval, approvals)) return undefined;
  const who = approval.byDeployer ? '' : ` by somebody other than ${request.actor}`;
  const text = `waits for approval${who}: \`berth approve ${request.id}\``;
  return { code: 'approval', text, wakeAt: now + longMs };
}

function askWebhooks({ request, plan, gates }: AtTheGates, now: Instant): GateDecision {
  const asked = plan.webhooks.map((gate) => ({
    name: gate.name,
    ...ask(request, gate, gates.webhooks[gate.name], now),
  }));
  const refused = asked.find((one) => one.is === 'refused');
  if (refused) return { is: 'refused', text: refused.text };
  const states = asked.flatMap((one) => (one.is === 'refused' ? [] : [[one.name, one.state] as const]));
  const next: GateState = { webhooks: { ...gates.webhooks, ...Object.fromEntries(states) } };
  const waits = asked.filter((one) => one.is === 'waits');
  if (waits.length === 0) return { is: 'open', text: openText(plan), gates: next };
  return {
    is: 'waits',
    code: 'webhook',
    text: waits.map(({ text }) => text).join('; '),
    wakeAt: Math.min(...waits.map(({ wakeAt }) => wakeAt)),
    gates: next,
    effects: waits.flatMap((one) => (one.ask ? [one.ask] : [])),
  };
}

const openText = ({ approval, windows, webhooks }: GatePlan) => {
  const passed = [
    ...(windows.length > 0 ? ['its window is open'] : []),
    ...(approval?.at === 'start' ? ['it is approved'] : []),
    ...webhooks.map(({ name }) => `webhook ${name} says yes`),
  ];
  return passed.length === 0 ? 'no gate is shut' : passed.join(', ');
};
