import { stringify } from 'yaml';
import type { AdoptionView, DriftView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { safeLine, safeLines } from './safe.ts';

/** What somebody changed of a service, or that nobody did. */
export function renderDrift({ service, state, because, items }: DriftView, paint: Paint): string {
  const name = paint.bold(safeLine(service));
  if (state === 'none') return `${name} ${paint.green('as Berth wants it')}`;
  if (state === 'unknown') return `${name} ${paint.yellow('unknown')}: ${safeLine(because ?? '', 500)}`;
  return [
    `${name} ${paint.yellow('changed outside Berth')}`,
    ...items.flatMap((one) => driftLines(one, paint)).map((line) => `  ${line}`),
    `  ${paint.dim(`berth drift ${safeLine(service)} --revert | --adopt`)}`,
  ].join('\n');
}

export function driftLines(
  { what, wanted, found, advice }: DriftView['items'][number],
  paint: Paint,
): readonly string[] {
  return [
    `${paint.yellow('≠')} ${safeLine(what)}: wanted ${safeLine(wanted, 500)}, found ${safeLine(found, 500)}`,
    ...(advice === undefined ? [] : [`    ${paint.dim(safeLine(advice, 500))}`]),
  ];
}

/** What was taken over, with the manifest to go on from. */
export function renderAdoption(
  { service, release, count, app, name, manifest, notes }: AdoptionView,
  paint: Paint,
) {
  const tasks = `${count} ${count === 1 ? 'task' : 'tasks'}`;
  const yaml = stringify({ app, services: { [name]: manifest } }, { lineWidth: 0 });
  return [
    `${paint.green('✔')} ${paint.bold(safeLine(service))} v${release}, ${tasks}: taken over, and not touched`,
    ...notes.map((note) => `  ${paint.yellow('!')} ${safeLine(note, 500)}`),
    '',
    ...safeLines(yaml, 500),
  ].join('\n');
}
