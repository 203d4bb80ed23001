import type { EvidencePageView, EvidenceView, JudgementView } from '../../core/contract/deployment-views.ts';
import type { Paint } from '../io.ts';
import { safeLine } from './safe.ts';
import { table } from './table.ts';

/** So many intervals tell how it went; the API has all. */
export const shownIntervals = 8;
const longestText = 400;

/** The judge's verdict in words: `not worse: errors 0.9×`. */
export const judgeWords = ({ verdict, text }: Pick<JudgementView, 'verdict' | 'text'>): string => {
  const words = verdict.replace('_', ' ');
  const said = safeLine(text, longestText);
  return said.startsWith(words) || said === '' ? said || words : `${words}: ${said}`;
};

/** A judgement as it was made again from its evidence: verdict, bounds, what it could find, the last intervals. */
export function renderJudgement(
  { items, judgement, agrees, partial }: EvidencePageView,
  paint: Paint,
): string {
  if (!judgement) return '';
  const { bounds, foreseen, intervals, dryRun } = judgement;
  const from = intervals === 1 ? '1 interval' : `${intervals}${partial ? ' and more' : ''} intervals`;
  const stored =
    agrees === undefined
      ? ''
      : agrees
        ? ', the same as was decided'
        : `, ${paint.red('and not what was decided')}`;
  return [
    `${paint.bold('judged')} ${verdictColour(judgement, paint)(judgeWords(judgement))}${dryRun ? '  (dry run: not acted upon)' : ''}`,
    `  ${paint.dim(`weighed anew from ${from} of evidence${stored}`)}`,
    ...bounds.map(
      ({ text, isReached }) => `  ${isReached ? paint.green('✔') : '…'} ${safeLine(text, longestText)}`,
    ),
    ...foreseen.map((text) => `  ${paint.dim(`beforehand: ${safeLine(text, longestText)}`)}`),
    ...(items.length > 0 ? ['', intervalTable(items.slice(0, shownIntervals).toReversed(), paint)] : []),
  ].join('\n');
}

function verdictColour({ verdict }: JudgementView, paint: Paint) {
  if (verdict === 'worse') return paint.red;
  return verdict === 'not_worse' ? paint.green : paint.yellow;
}

function intervalTable(intervals: readonly EvidenceView[], paint: Paint): string {
  const measured = [...new Set(intervals.flatMap(({ measures }) => measures.map(({ of }) => of)))];
  const head = [
    'from (UTC)',
    'share',
    'requests',
    'errors',
    ...measured.map((of) => `${safeLine(of, 30)}: e of`),
    'then',
  ];
  const rows = intervals.map((one) => [
    one.from.slice(11, 19),
    `${number(one.share * 100)} %`,
    pair(one.requests),
    pair(one.errors),
    ...measured.map((of) => measureText(one, of)),
    one.verdict.replace('_', ' '),
  ]);
  const legend = paint.dim('new release | release before; it is worse when e reaches what stands behind it');
  return `${table(head.map(paint.dim), rows)}\n${legend}`;
}

const pair = (arms: { readonly canary: number; readonly baseline: number } | undefined): string =>
  arms ? `${number(arms.canary)} | ${number(arms.baseline)}` : '–';

function measureText({ measures }: EvidenceView, of: string): string {
  const measure = measures.find((one) => one.of === of);
  return measure ? `${number(measure.e)} of ${number(measure.threshold)}` : '–';
}

function number(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e6) return value.toExponential(1);
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return Math.abs(value) < 0.01 ? value.toExponential(1) : Number(value.toPrecision(3)).toLocaleString('en');
}
