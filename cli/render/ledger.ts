import type { ExplanationView, LedgerEntryView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { safeLine } from './safe.ts';
import { duration } from './time.ts';

/** A ledger, oldest first: what became of what, when, why, and what was done. */
export function renderLedger(entries: readonly LedgerEntryView[], paint: Paint): string {
  const [first] = entries;
  if (!first) return 'The ledger is empty.';
  return entries.flatMap((entry) => entryLines(entry, first.at, paint)).join('\n');
}

function entryLines(entry: LedgerEntryView, firstAt: string, paint: Paint): string[] {
  const after = duration(Date.parse(entry.at) - Date.parse(firstAt));
  const moved = entry.from !== undefined && entry.from !== entry.to;
  const states = moved ? `${words(entry.from ?? '')} → ${words(entry.to)}` : words(entry.to);
  const indent = ' '.repeat(after.length > 9 ? 4 : 13);
  return [
    `${paint.dim(`+${after}`.padEnd(12))} ${paint.bold(states)}`,
    ...entry.reasons.map(({ text }) => `${indent}${safeLine(text, 500)}`),
    ...(entry.effects.length > 0
      ? [`${indent}${paint.dim(`does: ${safeLine(entry.effects.join(', '), 300)}`)}`]
      : []),
  ];
}

/** What would be decided now, and why. */
export function renderExplanation(explanation: ExplanationView, nowMs: number, paint: Paint): string {
  const { status, reasons, effects, wakeAt } = explanation;
  const wake =
    wakeAt === undefined ? [] : [`  looks again in ${duration(Date.parse(wakeAt) - nowMs)} at the latest`];
  return [
    `${paint.bold('now')} ${words(status)}`,
    ...reasons.map(({ text }) => `  ${safeLine(text, 500)}`),
    ...(effects.length > 0 ? [`  would do: ${safeLine(effects.join(', '), 300)}`] : []),
    ...wake,
  ].join('\n');
}

const words = (status: string): string => safeLine(status, 100).replaceAll('_', ' ');
