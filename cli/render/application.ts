import type { ApplicationView } from '../../core/contract/application-views.ts';
import type { DeploymentView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import type { LiveLine } from '../live.ts';
import { progressLine, renderVerdict, verdictWords } from './deployment.ts';
import { safeLine } from './safe.ts';
import { duration } from './time.ts';

type Part = ApplicationView['services'][number];

interface Shown {
  readonly application: ApplicationView;
  readonly deployments: ReadonlyMap<string, DeploymentView>;
}

/** How far a service is, on one line. The key leaves out what changes all the time. */
export function partLine(
  part: Part,
  { application, deployments }: Shown,
  elapsedMs: number,
  paint: Paint,
): LiveLine {
  const goesBack = part.back?.is === 'going';
  const id = goesBack ? part.back?.deployment : part.deployment;
  const deployment = id === undefined ? undefined : deployments.get(id);
  if (deployment && (goesBack || part.state === 'deploying'))
    return progressLine(deployment, elapsedMs, paint);
  const text = `${paint.bold(safeLine(part.service))} · ${wordsOf(part, application)}`;
  return { key: text, text };
}

function wordsOf(part: Part, { phase, services }: ApplicationView): string {
  if (part.state === 'deploying') return 'begins';
  if (part.state !== 'waiting') return `${verdictWords(part.state)}${backWords(part)}`;
  if (phase !== 'deploying') return 'did not begin';
  const open = part.needs.filter((name) => services.find((one) => one.name === name)?.state !== 'succeeded');
  return open.length === 0
    ? 'waits for its turn'
    : `waits for ${open.map((name) => safeLine(name)).join(', ')}`;
}

function backWords({ back, state }: Part): string {
  if (!back) return '';
  const why = safeLine(back.why ?? '', 300);
  switch (back.is) {
    case 'going':
      return `, goes back to v${back.to}`;
    case 'done':
      return `, is back at v${back.to}`;
    case 'left':
      // Of what has not succeeded its own verdict says as much.
      return state === 'succeeded' ? `, left: ${why}` : '';
    case 'stays':
      return `, STAYS: ${why}`;
    case 'failed':
      return `, THE ROLL-BACK FAILED: ${why}`;
  }
}

/** How an application ended: the failed service with what helps to mend it, every service, the verdict. */
export function renderApplication({ application, deployments }: Shown, paint: Paint): string {
  const { services } = application;
  const unlucky = services
    .flatMap(({ deployment, back }) => [deployment, back?.deployment])
    .flatMap((id) => (id === undefined ? [] : (deployments.get(id) ?? [])))
    .filter(({ verdict }) => verdict === 'failed' || verdict === 'rolled_back');
  return [
    ...unlucky.map((one) => renderVerdict(one, paint)),
    ...services.map((part) => `  ${markOf(part, paint)} ${partWords(part, application)}`),
    verdictLine(application, paint),
  ].join('\n');
}

function markOf({ state, back }: Part, paint: Paint): string {
  if (state === 'succeeded' && !back) return paint.green('✔');
  if (state === 'waiting' || state === 'deploying') return paint.dim('·');
  return back?.is === 'done' || back?.is === 'left' ? paint.yellow('↩') : paint.red('✖');
}

function partWords(part: Part, application: ApplicationView): string {
  const { before, release, name } = part;
  const moved = release === undefined ? '' : ` ${before === undefined ? '' : `v${before} → `}v${release}`;
  return `${safeLine(name)}${moved} · ${wordsOf(part, application)}`;
}

function verdictLine(application: ApplicationView, paint: Paint): string {
  const { app, verdict, reason = '', requestedAt, endedAt, id, phase } = application;
  const title = paint.bold(safeLine(app));
  if (phase !== 'ended' || endedAt === undefined)
    return `… ${title} ${safeLine(id)} · ${phase.replaceAll('_', ' ')}; berth why ${safeLine(id)} tells how far it is.`;
  const took = duration(Date.parse(endedAt) - Date.parse(requestedAt));
  const isGood = verdict === 'succeeded';
  const words = (isGood ? paint.green : paint.red)(verdictWords(verdict));
  const head = `${isGood ? paint.green('✔') : paint.red('✖')} ${title} · ${words} in ${took}`;
  return isGood
    ? head
    : `${head}\n  ${safeLine(reason)}\n  ${paint.bold(`berth why ${safeLine(id)}`)}    every decision`;
}
