import type { LiveView, ServiceView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { safeLine } from './safe.ts';
import { table } from './table.ts';
import { ago } from './time.ts';

/** One row a service: what is wanted, what runs, where it answers. */
export function renderServices(services: readonly ServiceView[], paint: Paint): string {
  const rows = services.map((one) => [
    paint.bold(safeLine(one.service)),
    versionOf(one.release),
    tasksOf(one),
    stateOf(one, paint),
    one.urls.map((url) => safeLine(url)).join(' '),
  ]);
  return table(['service', 'release', 'tasks', 'state', 'url'].map(paint.dim), rows);
}

/** One service with all that is known of it. */
export function renderService(service: ServiceView, nowMs: number, paint: Paint): string {
  return [
    renderServices([service], paint),
    '',
    ...facts(service, nowMs).map(([name, value]) => `${paint.dim(name.padEnd(12))} ${value}`),
    ...moves(service.live, nowMs, paint),
  ].join('\n');
}

const versionOf = (release: number | undefined): string => (release === undefined ? '–' : `v${release}`);

function tasksOf({ count, live }: ServiceView): string {
  const wanted = count ?? live.desired;
  const pending = live.pending ? `, ${live.pending} starting` : '';
  return `${live.running ?? 0}/${wanted ?? '–'}${pending}`;
}

function stateOf(service: ServiceView, paint: Paint): string {
  if (service.refusal) return paint.red(`refused by ECS: ${safeLine(service.refusal, 200)}`);
  if (service.deployment) return paint.yellow(`deploying ${safeLine(service.deployment)}`);
  if (service.live.seen === 'unknown')
    return paint.yellow(`unknown: ${safeLine(service.live.because ?? '', 200)}`);
  if (service.live.seen === 'absent') return paint.yellow('not in ECS');
  if (service.count === 0) return paint.dim('stopped');
  const short = (service.live.running ?? 0) < (service.count ?? 0);
  return short ? paint.yellow('recovering') : paint.green('steady');
}

function facts(service: ServiceView, nowMs: number): [string, string][] {
  const { succeeded, waiting, minimumHealthyPercent: minimum, maximumPercent: maximum } = service;
  return [
    ['environment', safeLine(service.environment)],
    ['created', ago(service.createdAt, nowMs)],
    [
      'good',
      succeeded.length === 0 ? 'no release has succeeded yet' : succeeded.map((one) => `v${one}`).join(' '),
    ],
    ...(minimum === undefined || maximum === undefined
      ? []
      : [['limits', `${minimum} % to ${maximum} %`] as [string, string]]),
    ...(waiting.length === 0
      ? []
      : [['waiting', waiting.map((id) => safeLine(id)).join(' ')] as [string, string]]),
  ];
}

function moves({ deployments = [] }: LiveView, nowMs: number, paint: Paint): string[] {
  if (deployments.length === 0) return [];
  const head = ['in ECS', 'release', 'status', 'running', 'starting', 'failed', 'since'].map(paint.dim);
  const rows = deployments.map((one) => [
    safeLine(one.id),
    versionOf(one.release),
    safeLine([one.status, one.rollout].filter((word) => word !== undefined).join(' ')),
    `${one.running}/${one.desired}`,
    String(one.pending),
    String(one.failedTasks),
    ago(one.createdAt, nowMs),
  ]);
  return ['', table(head, rows)];
}
