import type { DeploymentView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import type { LiveLine } from '../live.ts';
import { judgeWords } from './judgement.ts';
import { safeLine, safeLines } from './safe.ts';
import { duration } from './time.ts';

const maximumLogLines = 10;

/** `shop-web v1 → v2`; without numbers before the service has given them. */
export function titleOf(deployment: DeploymentView, paint: Paint): string {
  const { release, before, service } = deployment;
  const from = before === undefined ? '' : `v${before} → `;
  const move = release === undefined ? '' : ` ${from}v${release}`;
  return `${paint.bold(safeLine(service))}${move}`;
}

/** How far a deployment is, on one line. The key leaves out what changes all the time. */
export function progressLine(deployment: DeploymentView, elapsedMs: number, paint: Paint): LiveLine {
  const head = `${titleOf(deployment, paint)} · ${doing(deployment)}`;
  // What the judge says has other numbers at every look; its verdict is the news.
  const { judgement } = deployment;
  const text = judgement && isOnItsWay(deployment) ? `${head} · ${judgeWords(judgement)}` : head;
  return {
    key: `${deployment.id} ${head} ${judgement?.verdict ?? ''}`,
    text: `${text}   ${paint.dim(`${Math.floor(elapsedMs / 1000)} s`)}`,
  };
}

function doing(deployment: DeploymentView): string {
  switch (deployment.phase) {
    case 'requested':
      return 'asked for';
    case 'queued':
      return deployment.behind === undefined
        ? 'asks for its turn'
        : `waits for ${safeLine(deployment.behind)}`;
    case 'preparing':
      return 'registers the release';
    case 'gated':
      return `waits at its gates${waiting(deployment)}`;
    case 'running_before':
    case 'running_after':
      return `runs ${runningJob(deployment)}`;
    case 'trying':
      return `is tried beside the service${shareOf(deployment)}${waiting(deployment)}`;
    case 'moving':
      return `moves${shareOf(deployment)}${waiting(deployment)}${tasksOf(deployment)}`;
    case 'rolling_back':
      return `rolls back${because(deployment)}${tasksOf(deployment)}`;
    case 'closing':
      return `gives up${because(deployment)}`;
    case 'ended':
      return verdictWords(deployment.verdict);
  }
}

const isOnItsWay = ({ phase }: DeploymentView) => phase === 'moving' || phase === 'trying';

const waiting = ({ waits }: DeploymentView): string => (waits ? `: ${safeLine(waits.text, 200)}` : '');

const runningJob = ({ jobs = [] }: DeploymentView): string =>
  safeLine(jobs.find(({ state }) => state === 'running')?.name ?? 'its jobs');

/** ` with 5 %`; nothing where it goes in one step. */
function shareOf({ course }: DeploymentView): string {
  if (course?.percent === undefined || course.steps.length === 0) return '';
  return ` with ${course.percent} %`;
}

const because = ({ cause }: DeploymentView): string => (cause ? `: ${safeLine(cause.text, 200)}` : '');

function tasksOf({ progress }: DeploymentView): string {
  if (!progress) return '';
  const { running, desired, pending, failedTasks, old } = progress;
  const parts = [
    `${running} of ${desired} running`,
    ...(pending > 0 ? [`${pending} starting`] : []),
    ...(failedTasks > 0 ? [`${failedTasks} failed`] : []),
    ...(old > 0 ? [`${old} old`] : []),
  ];
  return `: ${parts.join(', ')}`;
}

export const verdictWords = (verdict: string | undefined): string =>
  verdict === undefined ? 'still running' : safeLine(verdict).replaceAll('_', ' ');

/** How a deployment ended and, when not well, all that helps to mend it. */
export function renderVerdict(deployment: DeploymentView, paint: Paint): string {
  const good = deployment.verdict === 'succeeded';
  const mark = good ? paint.green('✔') : paint.red('✖');
  const head = `${mark} ${titleOf(deployment, paint)} · ${outcome(deployment, paint)}`;
  return [head, ...(good ? [] : evidence(deployment, paint))].join('\n');
}

function outcome(deployment: DeploymentView, paint: Paint): string {
  const { verdict, before, requestedAt, endedAt } = deployment;
  const to = verdict === 'rolled_back' && before !== undefined ? ` to v${before}` : '';
  const took = endedAt === undefined ? '' : ` in ${duration(Date.parse(endedAt) - Date.parse(requestedAt))}`;
  const colour = verdict === 'succeeded' ? paint.green : paint.red;
  return `${colour(verdictWords(verdict) + to)}${took}`;
}

function evidence(deployment: DeploymentView, paint: Paint): string[] {
  const { cause, reason = '', id } = deployment;
  // The reason of a verdict mostly tells its cause, too.
  const texts = cause && !reason.includes(cause.text) ? [reason, cause.text] : [reason];
  return [
    ...texts.filter((text) => text !== '').map((text) => `  ${safeLine(text)}`),
    ...taskLines(cause, paint),
    ...telling((cause?.logTail ?? []).flatMap((line) => safeLines(line))).map(
      (line) => `  ${paint.dim('│')} ${line}`,
    ),
    `  ${paint.bold(`berth why ${safeLine(id)}`)}    the evidence and every decision`,
  ];
}

const errorLine = /^\S*(?:Error|Exception)\b|^Traceback|^panic:|\b(?:fatal|FATAL)\b/;

/** The lines that tell most: from the last error on, so that a long stack does not hide its message. */
function telling(lines: readonly string[]): readonly string[] {
  const error = lines.findLastIndex((line) => errorLine.test(line));
  const from =
    error === -1 ? lines.length - maximumLogLines : Math.min(error, lines.length - maximumLogLines);
  return lines.slice(Math.max(0, from)).slice(0, maximumLogLines);
}

function taskLines(cause: DeploymentView['cause'], paint: Paint): string[] {
  const task = cause?.task;
  if (!task) return [];
  const parts = [
    ...(task.exitCode === undefined ? [] : [`exit code ${task.exitCode}`]),
    ...(task.stopCode === undefined ? [] : [safeLine(task.stopCode)]),
    ...(task.stoppedReason === undefined ? [] : [safeLine(task.stoppedReason)]),
  ];
  const id = task.arn.slice(task.arn.lastIndexOf('/') + 1);
  return [`  ${parts.join(' · ')}   ${paint.dim(`task ${safeLine(id, 40)}`)}`];
}
