import type { ApplicationSeen, ApplicationState, PartState, ServicePart } from './model.ts';

/** How many services are under way at once. */
export const maxAtOnce = 10;

export const partOf = ({ parts }: ApplicationState, name: string): PartState => parts[name] ?? {};

export const withPart = (state: ApplicationState, name: string, part: PartState): ApplicationState => ({
  ...state,
  parts: { ...state.parts, [name]: part },
});

export const underWay = (state: ApplicationState): readonly ServicePart[] =>
  state.request.services.filter(({ name }) => {
    const { begunAt, ended } = partOf(state, name);
    return begunAt !== undefined && !ended;
  });

export const goingBack = (state: ApplicationState): readonly ServicePart[] =>
  state.request.services.filter(({ name }) => partOf(state, name).back?.is === 'going');

/** Those that may begin: all that they need has succeeded, and not too many are under way. */
export function ready(state: ApplicationState): readonly ServicePart[] {
  const hasSucceeded = (name: string) => partOf(state, name).ended?.verdict === 'succeeded';
  const free = maxAtOnce - underWay(state).length;
  return state.request.services
    .filter(({ name, needs }) => partOf(state, name).begunAt === undefined && needs.every(hasSucceeded))
    .slice(0, Math.max(0, free));
}

/** Begun and not yet settled, while everything that needs them is: those whose turn it is to go back. */
export function nextBack(state: ApplicationState): readonly ServicePart[] {
  const { services } = state.request;
  const isSettled = ({ name }: ServicePart) => {
    const { begunAt, back } = partOf(state, name);
    return begunAt === undefined || (back !== undefined && back.is !== 'going');
  };
  return services
    .filter(({ name }) => partOf(state, name).begunAt !== undefined && !partOf(state, name).back)
    .filter(({ name }) => services.filter(({ needs }) => needs.includes(name)).every(isSettled))
    .slice(0, Math.max(0, maxAtOnce - goingBack(state).length));
}

/** Takes in which deployments have ended; what has ended stays as it was seen first. */
export function withEnds(state: ApplicationState, seen: ApplicationSeen): ApplicationState {
  return underWay(state).reduce((known, { name, deployment }) => {
    const there = seen.deployments[deployment];
    if (there?.is !== 'ended') return known;
    const { is: _, ...ended } = there;
    return withPart(known, name, { ...partOf(known, name), ended });
  }, state);
}
