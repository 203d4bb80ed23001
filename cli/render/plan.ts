import type { CheckView, PlanView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { driftLines } from './drift.ts';
import { safeLine } from './safe.ts';

/** A plan for people: what changes, in which steps, and what speaks against it. */
export function renderPlan(plan: PlanView, paint: Paint): string {
  return [
    heading(plan, paint),
    ...plan.changes.map((change) => `  ${changeLine(change, paint)}`),
    ...plan.drift.flatMap((one) => driftLines(one, paint)).map((line) => `  ${line}`),
    ...(plan.deployment === undefined
      ? []
      : [`  ${paint.yellow('!')} ${safeLine(plan.deployment)} has the service now`]),
    ...(plan.outcome === 'changes' ? steps(plan, paint) : []),
    ...refusals(plan, paint),
    ...plan.checks.flatMap((check) => checkLines(check, paint)),
  ].join('\n');
}

/** The checks alone. */
export const renderChecks = (plan: PlanView, paint: Paint): string =>
  [
    paint.bold(safeLine(plan.service)),
    ...refusals(plan, paint),
    ...plan.checks.flatMap((check) => checkLines(check, paint)),
  ].join('\n');

function heading({ service, outcome, before, release, isNew }: PlanView, paint: Paint): string {
  const to = `v${release}${isNew ? ' (new)' : ''}`;
  const move = before === undefined ? to : before === release ? to : `v${before} → ${to}`;
  const what = {
    nothing: paint.green('nothing to do'),
    changes: paint.yellow('changes'),
    refused: paint.red('would be refused'),
  }[outcome];
  return `${paint.bold(safeLine(service))} ${outcome === 'nothing' ? `v${release}` : move} · ${what}`;
}

function changeLine({ path, from, to }: PlanView['changes'][number], paint: Paint): string {
  const shown = (text: string) => safeLine(text, 200);
  if (from === undefined) return `${paint.green('+')} ${safeLine(path)} ${shown(to ?? '')}`;
  if (to === undefined) return `${paint.red('-')} ${safeLine(path)} ${shown(from)}`;
  return `${paint.yellow('~')} ${safeLine(path)} ${shown(from)} → ${shown(to)}`;
}

const steps = ({ steps: all }: PlanView, paint: Paint): readonly string[] =>
  all.map(({ text }, place) => `  ${paint.dim(`${place + 1}.`)} ${safeLine(text, 300)}`);

const refusals = ({ refusals: all }: PlanView, paint: Paint): readonly string[] =>
  all.map(({ path, detail }) => `  ${paint.red('✖')} ${safeLine(`${path} ${detail}`, 500)}`);

function checkLines({ result, text, advice }: CheckView, paint: Paint): readonly string[] {
  const mark = {
    ok: paint.green('✔'),
    warning: paint.yellow('!'),
    problem: paint.red('✖'),
    not_checked: paint.dim('?'),
  }[result];
  return [
    `  ${mark} ${safeLine(text, 500)}`,
    ...(advice === undefined ? [] : [`      ${paint.dim(safeLine(advice, 500))}`]),
  ];
}
