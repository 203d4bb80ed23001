import type { DeploymentView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { verdictWords } from './deployment.ts';
import { safeLine } from './safe.ts';
import { table } from './table.ts';
import { ago, duration } from './time.ts';

/** The deployments of a service: what, how it ended, who and why. */
export function renderHistory(deployments: readonly DeploymentView[], nowMs: number, paint: Paint): string {
  const head = ['deployment', 'release', 'verdict', 'when', 'took', 'who', 'what for, or what went wrong'];
  const rows = deployments.map((one) => [
    safeLine(one.id),
    moveOf(one),
    verdictOf(one, paint),
    ago(one.requestedAt, nowMs),
    one.endedAt === undefined ? '–' : duration(Date.parse(one.endedAt) - Date.parse(one.requestedAt)),
    whoOf(one),
    safeLine([one.message, wrong(one) ?? judged(one)].filter((text) => text !== undefined).join(' · '), 160),
  ]);
  return table(head.map(paint.dim), rows);
}

function moveOf({ before, release, kind, course }: DeploymentView): string {
  const to = release === undefined ? '–' : `v${release}`;
  const move = before === undefined ? to : `v${before} → ${to}`;
  if (kind === 'rollback') return `${move} (back)`;
  const isPlain = course === undefined || course.strategy === 'rolling';
  return isPlain ? move : `${move} ${course.strategy.replace('_', '/')}`;
}

function whoOf({ actor, approvals = [] }: DeploymentView): string {
  const by = approvals.map((one) => safeLine(one.actor, 40)).join(', ');
  return by === '' ? safeLine(actor, 40) : `${safeLine(actor, 40)}, approved by ${by}`;
}

function verdictOf({ verdict, phase }: DeploymentView, paint: Paint): string {
  if (verdict === undefined) return paint.yellow(safeLine(phase).replaceAll('_', ' '));
  return (verdict === 'succeeded' ? paint.green : paint.red)(verdictWords(verdict));
}

const wrong = ({ verdict, cause, reason }: DeploymentView): string | undefined =>
  verdict === 'succeeded' ? undefined : (cause?.text ?? reason);

const judged = ({ judgement }: DeploymentView): string | undefined =>
  judgement && `judged ${judgement.verdict.replace('_', ' ')}`;
