import type { Verdict } from './decide.ts';
import type { AlarmRule, Comparison } from './model.ts';

const inWords: Readonly<Record<Comparison, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

/** Why an alarm has its state, in CloudWatch's words. */
export function reasonOf(rule: AlarmRule, { state, recent, breaching, absent }: Verdict): string {
  if (state === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${counted(absent)} ${absent === 1 ? 'was' : 'were'} unknown.`;
  const transition = `(minimum ${counted(rule.datapointsToAlarm)} for OK -> ALARM transition)`;
  if (recent.length === 0) {
    const treatment = rule.missingData === 'breaching' ? '[Breaching]' : '[NonBreaching]';
    return `Threshold Crossed: no datapoints were received for ${counted(absent, 'period')} and ${counted(absent, 'missing datapoint')} were treated as ${treatment}.`;
  }
  const list = state === 'ALARM' && breaching.length > 0 ? breaching : recent;
  const values = list.map(({ value, atMs }) => `${textOf(value)} (${momentOf(atMs)})`).join(', ');
  const outOf = state === 'ALARM' ? breaching.length : recent.length - breaching.length;
  const [verb, not] = list.length === 1 ? ['was', 'was not'] : ['were', 'were not'];
  return (
    `Threshold Crossed: ${outOf} out of the last ${rule.evaluationPeriods} datapoints [${values}] ` +
    `${state === 'ALARM' ? verb : not} ${inWords[rule.comparison]} the threshold (${textOf(rule.threshold)}) ${transition}.`
  );
}

const counted = (count: number, what = 'datapoint') => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Numbers as Java writes them, which CloudWatch's reasons show: `50.0`. */
const textOf = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));

/** `23/11/26 05:04:00`. */
function momentOf(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
}
