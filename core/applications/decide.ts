import type { DeploymentMessage, DeploymentRequest, Verdict } from '../deployments/model.ts';
import type { Domain, Instant, Send } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import { rollBack } from './back.ts';
import type {
  ApplicationMessage,
  ApplicationQuery,
  ApplicationSeen,
  ApplicationState,
  Cause,
  ServicePart,
} from './model.ts';
import { goingBack, nextBack, partOf, ready, underWay, withEnds, withPart } from './parts.ts';
import { index } from './receive.ts';
import { type ApplicationPlan, end, goOn, reason, toDeployment } from './steps.ts';

/**
 * Several services, deployed in the order in which they need each other, and taken back as one. It is told nothing
 * that it does not see: messages only make it look, so whatever is lost, late or repeated comes to the same.
 */
export const applications: Domain<
  ApplicationState,
  ApplicationMessage,
  ApplicationQuery,
  ApplicationSeen,
  never
> = {
  kind: 'application',
  absorb,
  observe,
  decide,
  index,
};

/** How long deployments that were told to end may take to. */
const stopMs = 3 * 24 * 3600_000;
/** Contents that are sent at once stand in one item until they are; it holds about four times this. */
const maxSentAtOnce = 90_000;

function observe(state: ApplicationState): ApplicationQuery {
  const { at, request } = state;
  const isDeploying = at.phase === 'deploying';
  const isGoingBack = at.phase === 'rolling_back';
  const deployments = isGoingBack
    ? goingBack(state).map(({ rollback }) => rollback)
    : underWay(state).map(({ deployment }) => deployment);
  return {
    deployments: at.phase === 'ended' ? [] : deployments,
    services: isGoingBack ? nextBack(state).map(({ service }) => service) : [],
    contents: {
      application: { id: request.id, requestHash: request.requestHash },
      names: isDeploying ? ready(state).map(({ name }) => name) : [],
    },
  };
}

function decide(state: ApplicationState, seen: ApplicationSeen, now: Instant): ApplicationPlan {
  const { at } = state;
  switch (at.phase) {
    case 'deploying':
      return deploy(withEnds(state, seen), seen, now);
    case 'stopping':
      return stop(withEnds(state, seen), now);
    case 'rolling_back':
      return rollBack(state, at, seen, now);
    case 'ended':
      return { next: state, effects: [], reasons: [reason(at.verdict, at.reason)] };
  }
}

function deploy(state: ApplicationState, seen: ApplicationSeen, now: Instant): ApplicationPlan {
  const { services, app } = state.request;
  const cause = causeOf(state, seen, now);
  if (cause) return giveUp(state, cause, now);
  const endOf = ({ name }: ServicePart) => partOf(state, name).ended;
  if (services.every(endOf))
    return end(state, 'succeeded', `all ${services.length} services of ${app} succeeded`, now);
  // What was begun and is not there yet may still stand in the outbox, which holds only so much.
  const isSending = underWay(state).some(
    ({ deployment }) => seen.deployments[deployment]?.is !== 'under_way',
  );
  const begun = isSending ? [] : contentsToSend(ready(state), seen);
  const next = begun.reduce(
    (known, { name }) => withPart(known, name, { ...partOf(known, name), begunAt: now }),
    state,
  );
  const texts = [
    ...services.filter(endOf).map(({ name }) => `${name} has succeeded`),
    ...begun.map(({ name }) => `${name} begins`),
    ...underWay(state).map(({ name }) => `${name} is under way`),
  ];
  return goOn(next, [reason('deploying', texts.join(', ') || 'nothing has begun')], now, {
    effects: begun.map(creation),
    isAtOnce: !isSending && ready(next).length > 0,
  });
}

const creation = (request: DeploymentRequest): Send =>
  toDeployment(request.id, { type: 'create', request } satisfies DeploymentMessage);

/** As many as one item can hold beside the rest; the others follow when these are sent. */
function contentsToSend(parts: readonly ServicePart[], { contents }: ApplicationSeen) {
  let size = 0;
  return parts
    .flatMap(({ name }) => contents[name] ?? [])
    .filter((content, place) => {
      size += JSON.stringify(content).length;
      return place === 0 || size <= maxSentAtOnce;
    });
}

/** Why it cannot succeed any more. */
function causeOf(
  { abort, request, at, ...state }: ApplicationState,
  seen: ApplicationSeen,
  now: Instant,
): Cause | undefined {
  for (const { name } of request.services) {
    const { ended } = state.parts[name] ?? {};
    if (ended && ended.verdict !== 'succeeded')
      return {
        code: codeOf(ended.verdict),
        service: name,
        text: `${name} ${inWords(ended.verdict)}: ${ended.reason}`,
      };
    if (seen.contents[name] === null)
      return { code: 'failed', service: name, text: `what ${name} was to become is not there any more` };
  }
  if (abort)
    return {
      code: 'cancelled',
      text: `cancelled by ${abort.actor}${abort.reason ? `: ${abort.reason}` : ''}`,
    };
  if ('deadline' in at && now >= at.deadline) return { code: 'deadline', text: 'it did not end in time' };
  return undefined;
}

const codeOf = (verdict: Verdict): Cause['code'] =>
  verdict === 'superseded' || verdict === 'cancelled' ? verdict : 'failed';

const inWords = (verdict: Verdict) =>
  ({
    succeeded: 'succeeded',
    rolled_back: 'was rolled back',
    failed: 'failed',
    superseded: 'was superseded',
    cancelled: 'was cancelled',
  })[verdict];

function giveUp(state: ApplicationState, cause: Cause, now: Instant): ApplicationPlan {
  const at = { phase: 'stopping', since: now, deadline: now + stopMs, cause } as const;
  return stop({ ...state, at }, now);
}

/** Those under way are told to end, once each; what has not begun never does. */
function stop(state: ApplicationState, now: Instant): ApplicationPlan {
  const { at, request, abort } = state;
  if (at.phase !== 'stopping') return goOn(state, [], now);
  const under = underWay(state);
  if (under.length === 0 || now >= at.deadline) {
    const late = under.reduce((known, { name }) => {
      const why = `its deployment was told to end, and has not`;
      return withPart(known, name, { ...partOf(known, name), back: { is: 'failed', why } });
    }, state);
    const next = { phase: 'rolling_back', since: now, deadline: now + stopMs, cause: at.cause } as const;
    return goOn({ ...late, at: next }, [reason('roll_back', at.cause.text)], now, { isAtOnce: true });
  }
  const untold = under.filter(({ name }) => !partOf(state, name).isAborted);
  const next = untold.reduce(
    (known, { name }) => withPart(known, name, { ...partOf(known, name), isAborted: true }),
    state,
  );
  const message = {
    type: 'abort',
    actor: abort?.actor ?? request.actor,
    reason: `${request.app} stops: ${at.cause.text}`.slice(0, 500),
  } as const;
  return goOn(next, [reason(at.cause.code, `${at.cause.text}; ${names(under)} is ended too`)], now, {
    effects: untold.map(({ deployment }) => toDeployment(deployment, message)),
  });
}

const names = (parts: readonly ServicePart[]) => parts.map(({ name }) => name).join(', ');
