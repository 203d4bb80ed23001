import type { ApplicationState, ApplicationVerdict, Back, Cause } from './model.ts';
import { partOf } from './parts.ts';

/** What an application that could not succeed comes to, when everything that could go back is back. */
export function verdictOf(
  state: ApplicationState,
  cause: Cause,
): { readonly verdict: ApplicationVerdict; readonly text: string } {
  const parts = state.request.services.map(({ name }) => ({ name, ...partOf(state, name) }));
  const failed = parts.filter(({ back }) => back?.is === 'failed');
  const told = parts
    .filter(({ begunAt }) => begunAt !== undefined)
    .filter(
      ({ name, ended, back }) => name !== cause.service || ended?.verdict === 'succeeded' || isHarm(back),
    )
    .map(({ name, back }) => `${name} ${inWords(back)}`);
  const idle = parts.filter(({ begunAt }) => begunAt === undefined).map(({ name }) => name);
  const rest = [...told, ...(idle.length > 0 ? [`${idle.join(', ')} never began`] : [])];
  const text = [cause.text, ...rest].join('; ');
  if (failed.length > 0)
    return {
      verdict: 'failed',
      text: `THE ROLL-BACK FAILED for ${failed.map(({ name }) => name).join(', ')}: ${text}`,
    };
  return { verdict: unlessFailed(cause, parts), text };
}

const isHarm = (back: Back | undefined) => back?.is === 'stays' || back?.is === 'failed';

function unlessFailed(
  { code }: Cause,
  parts: readonly { readonly back?: Back; readonly ended?: { readonly verdict: string } }[],
): ApplicationVerdict {
  if (code === 'superseded' || code === 'cancelled') return code;
  if (parts.some(({ back }) => back?.is === 'stays')) return 'failed';
  const isBack = parts.some(({ back, ended }) => back?.is === 'done' || ended?.verdict === 'rolled_back');
  return isBack ? 'rolled_back' : 'failed';
}

function inWords(back: Back | undefined): string {
  switch (back?.is) {
    case 'done':
      return `is back at v${back.to}`;
    case 'left':
      return `was left: ${back.why}`;
    case 'stays':
      return `STAYS as it is: ${back.why}`;
    case 'failed':
      return `could not go back: ${back.why}`;
    default:
      return 'has no end';
  }
}
