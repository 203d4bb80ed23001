import type { DeploymentView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { titleOf, verdictWords } from '../render/deployment.ts';
import { judgeWords } from '../render/judgement.ts';
import { safeLine } from '../render/safe.ts';
import { duration } from '../render/time.ts';

/** Tells what has happened to a deployment since it was looked at last, a line each; every line once. */
export interface Story {
  tell(deployment: DeploymentView, nowMs: number): string[];
}

interface Memory {
  /** Since when what goes on now goes on, by this machine's clock. */
  sinceMs: number;
  before?: DeploymentView;
  hasTitle?: true;
  foresight?: string;
}

const nameWidth = 18;
const timeWidth = 10;

/** The story of one deployment; of one that rolls, and waits for nobody, its progress says it all. */
export function createStory(paint: Paint): Story {
  const memory: Memory = { sinceMs: Number.NaN };
  return {
    tell(deployment, nowMs) {
      if (Number.isNaN(memory.sinceMs)) memory.sinceMs = nowMs;
      const lines = hasStory(deployment) ? linesOf(memory, deployment, nowMs, paint) : [];
      memory.before = deployment;
      return lines;
    },
  };
}

function hasStory({ course, jobs = [], waits, paused }: DeploymentView): boolean {
  return (
    (course?.steps.length ?? 0) > 0 ||
    (course?.bakeSeconds ?? 0) > 0 ||
    jobs.length > 0 ||
    !!waits ||
    !!paused
  );
}

/** One look at a deployment, with what is known of the one before. */
interface Look {
  readonly memory: Memory;
  readonly before: DeploymentView;
  readonly now: DeploymentView;
  readonly nowMs: number;
  readonly paint: Paint;
}

function linesOf(memory: Memory, now: DeploymentView, nowMs: number, paint: Paint): string[] {
  const look: Look = { memory, before: memory.before ?? now, now, nowMs, paint };
  return [
    ...title(look),
    ...gateLines(look),
    ...jobLines(look, 'before'),
    ...foresight(look),
    ...stepLines(look),
    ...jobLines(look, 'after'),
    ...waitLines(memory.before, now, paint),
  ];
}

function title({ memory, now, paint }: Look): string[] {
  if (memory.hasTitle || now.release === undefined) return [];
  memory.hasTitle = true;
  return [`${titleOf(now, paint)} · ${courseWords(now)}`];
}

/** `canary, judged against v12`. */
function courseWords({ course, before }: DeploymentView): string {
  const strategy = (course?.strategy ?? 'rolling').replace('_', '/');
  return course?.isJudged && before !== undefined ? `${strategy}, judged against v${before}` : strategy;
}

function foresight({ memory, now: { judgement }, paint }: Look): string[] {
  const foresight = judgement?.foreseen.join();
  // It is said again when the traffic is known, and with it how soon.
  if (!judgement || foresight === memory.foresight) return [];
  memory.foresight = foresight ?? '';
  return judgement.foreseen.map((text) => `  ${paint.dim(`judge: ${safeLine(text, 300)}`)}`);
}

function jobLines({ memory, before, now, nowMs, paint }: Look, when: 'before' | 'after'): string[] {
  return (now.jobs ?? []).flatMap(({ name, state, reason, endedAt, ...job }, place) => {
    if (job.when !== when || state === 'next' || before.jobs?.[place]?.state === state) return [];
    if (state === 'running') return begin(memory, nowMs);
    const took = tookSince(memory, endedAt === undefined ? nowMs : Date.parse(endedAt), nowMs);
    const why = state === 'succeeded' ? '' : `${verdictWords(state)}: ${safeLine(reason ?? '', 200)}`;
    return [line(state === 'succeeded', safeLine(name, 40), took, why, paint)];
  });
}

function gateLines({ memory, before, now, nowMs, paint }: Look): string[] {
  if (before.phase !== 'gated' || now.phase === 'gated') return [];
  if (now.phase === 'ended' || now.phase === 'closing') return [];
  const took = tookSince(memory, nowMs, nowMs);
  const by = (now.approvals ?? []).map(({ actor }) => safeLine(actor, 60)).join(', ');
  return [line(true, 'gates', took, by && `approved by ${by}`, paint)];
}

function stepLines({ memory, before, now, nowMs, paint }: Look): string[] {
  const [from, to] = [before.course, now.course];
  if (from?.since === undefined && to?.since !== undefined) memory.sinceMs = Date.parse(to.since);
  if (from?.step === undefined || from.step < 0) return [];
  const steps = from.steps;
  const isGivenUp = now.verdict !== 'succeeded' && (now.cause !== undefined || now.phase === 'ended');
  const reached = isGivenUp ? from.step : (to?.step ?? (isOnward(now) ? steps.length + 1 : from.step));
  const lines = [];
  for (let step = from.step; step < Math.min(reached, steps.length); step++) {
    const took = step === from.step ? tookSince(memory, nowMs, nowMs) : '';
    lines.push(line(true, percentOf(steps[step]?.trafficPercent), took, judged(now), paint));
  }
  if (reached > steps.length && from.bakeSeconds > 0)
    lines.push(line(true, percentOf(100), tookSince(memory, nowMs, nowMs), 'it has lasted', paint));
  if (isGivenUp && before.cause === undefined && before.phase !== 'ended') {
    const share = percentOf(steps[from.step]?.trafficPercent ?? 100);
    const why = safeLine(now.cause?.text ?? now.reason ?? '', 300);
    lines.push(line(false, share, tookSince(memory, nowMs, nowMs), why, paint));
  }
  return lines;
}

const isOnward = ({ phase }: DeploymentView) => phase === 'running_after' || phase === 'ended';

const judged = ({ judgement }: DeploymentView): string => (judgement ? judgeWords(judgement) : '');

function waitLines(before: DeploymentView | undefined, now: DeploymentView, paint: Paint): string[] {
  const { waits } = now;
  if (!waits || (before?.waits?.code === waits.code && before.course?.step === now.course?.step)) return [];
  return [
    `  ${paint.yellow('…')} ${safeLine(waits.text, 300)}`,
    ...adviceFor(now).map((text) => `    ${paint.dim(text)}`),
  ];
}

/** What a person may do about a deployment that waits. */
export function adviceFor({ id, waits }: DeploymentView): string[] {
  const say = (words: string) => `berth ${words} ${safeLine(id)}`;
  switch (waits?.code) {
    case 'approval':
      return [say('approve')];
    case 'paused':
      return [say('resume')];
    case 'undecided':
    case 'no_data':
      return [`${say('approve')}, or ${say('abort')}`];
    default:
      return [];
  }
}

function begin(memory: Memory, nowMs: number): [] {
  memory.sinceMs = nowMs;
  return [];
}

function tookSince(memory: Memory, untilMs: number, nowMs: number): string {
  const took = duration(untilMs - memory.sinceMs);
  memory.sinceMs = nowMs;
  return took;
}

const percentOf = (percent = 100) => `${String(percent).padStart(2)} %`;

function line(isGood: boolean, name: string, took: string, text: string, paint: Paint): string {
  const mark = isGood ? paint.green('✔') : paint.red('✖');
  return `  ${mark} ${name.padEnd(nameWidth)} ${took.padEnd(timeWidth)} ${text}`.trimEnd();
}

/** Where the story is told of several deployments, each line says whose it is. */
export const prefixed = (deployment: DeploymentView, paint: Paint) => (text: string) =>
  text.startsWith('  ') ? `${paint.dim(`${safeLine(deployment.name, 31)}:`)}${text}` : text;
