import type { Instant, Outcome } from '../../kernel/plan.ts';
import type { DeploymentEffect, DeploymentRequest } from '../model.ts';
import type { GateState, WebhookGate, WebhookState } from './model.ts';

export type AskWebhook = Extract<DeploymentEffect, { type: 'ask_webhook' }>;

/** What a webhook says is asked anew when other gates kept the deployment for longer than this. */
const yesHoldsMs = 15 * 60_000;
const firstDelayMs = 5_000;
const maxDelayMs = 5 * 60_000;
/** An answer wakes the deployment; this is for one that does not. */
const awaitMs = 60_000;

export type Asked =
  | { readonly is: 'yes'; readonly state: WebhookState }
  | { readonly is: 'refused'; readonly text: string }
  | {
      readonly is: 'waits';
      readonly state: WebhookState;
      readonly text: string;
      readonly wakeAt: Instant;
      readonly ask?: AskWebhook;
    };

/** What is to be done about a webhook, once all else lets the deployment set out. */
export function ask(
  request: DeploymentRequest,
  gate: WebhookGate,
  state: WebhookState | undefined,
  now: Instant,
): Asked {
  const isStale = state?.answer?.says === 'yes' && now - state.answer.at > yesHoldsMs;
  if (!state || isStale) return asking(request, gate, now, now, (state?.attempts ?? 0) + 1);
  const { since, askedAt, attempts, answer } = state;
  if (answer?.says === 'yes') return { is: 'yes', state };
  const no = refusalOf(gate, state);
  if (no !== undefined) return { is: 'refused', text: no };
  const ends = since + gate.timeoutSeconds * 1000;
  const last = answer ? `it said last: ${answer.text}` : 'it has not answered';
  if (now >= ends)
    return {
      is: 'refused',
      text: `webhook ${gate.name} did not say yes within ${gate.timeoutSeconds} s; ${last}`,
    };
  if (!answer) {
    const text = `asks webhook ${gate.name}`;
    return { is: 'waits', state, text, wakeAt: Math.min(askedAt + awaitMs, ends) };
  }
  const again = answer.at + Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 10));
  if (now >= again) return asking(request, gate, now, since, attempts + 1);
  const text = `webhook ${gate.name} says not yet: ${answer.text}`;
  return { is: 'waits', state, text, wakeAt: Math.min(again, ends) };
}

/** A webhook that has said no has said it for good. */
export function refusalOf({ name }: WebhookGate, state: WebhookState | undefined): string | undefined {
  return state?.answer?.says === 'no' ? `webhook ${name} says no: ${state.answer.text}` : undefined;
}

function asking(
  request: DeploymentRequest,
  { name, url }: WebhookGate,
  now: Instant,
  since: Instant,
  attempt: number,
): Asked {
  const { id, environment } = request;
  return {
    is: 'waits',
    state: { since, askedAt: now, attempts: attempt },
    text: `asks webhook ${name}`,
    wakeAt: now + awaitMs,
    ask: {
      type: 'ask_webhook',
      deployment: id,
      environment,
      name,
      url,
      attempt,
      body: questionOf(request, name, attempt),
    },
  };
}

/** What a webhook is told of the deployment. */
function questionOf(request: DeploymentRequest, webhook: string, attempt: number) {
  const { id, environment, app, name, ecsName, actor, message, what } = request;
  return {
    webhook,
    deployment: id,
    environment,
    service: ecsName,
    app,
    name,
    actor,
    ...(message !== undefined && { message }),
    ...(what.type === 'content' && { image: what.spec.image, contentHash: what.hash }),
    attempt,
  };
}

/** Takes in how asking ended. An answer to an earlier question than the last changes nothing. */
export function answered(gates: GateState, effect: AskWebhook, outcome: Outcome, now: Instant): GateState {
  const state = gates.webhooks[effect.name];
  if (!state || state.answer || state.attempts !== effect.attempt) return gates;
  const said = outcome.ok
    ? (outcome.value as Pick<NonNullable<WebhookState['answer']>, 'says' | 'text'>)
    : ({ says: 'later', text: `it could not be asked: ${outcome.failure.message}` } as const);
  const answer = { says: said.says, text: said.text, at: now };
  return { ...gates, webhooks: { ...gates.webhooks, [effect.name]: { ...state, answer } } };
}
