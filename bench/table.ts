import CliTable from 'cli-table3';
import colors from 'picocolors';
import { type Benchmark, type Figure, judge, type Measured } from './benchmark.ts';

/** What was measured, beside what it had to be. */
export function table({ name, figures }: Benchmark, measured: Measured): string {
  const drawn = new CliTable({
    head: [name, 'measured', 'limit', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const figure of figures) {
    const value = measured[figure.key] ?? Number.NaN;
    drawn.push([figure.label, shown(value, figure), limitOf(figure), mark(figure, value)]);
  }
  return drawn.toString();
}

/** The benchmarks there are, for whoever named none or an unknown one. */
export function listing(benchmarks: readonly Benchmark[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  return benchmarks.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

function shown(value: number, { unit }: Figure): string {
  const digits = Number.isInteger(value) ? 0 : 1;
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit ? `${text} ${unit}` : text;
}

function limitOf(figure: Figure): string {
  if (!figure.limit) return '';
  const [sign, value] = 'atMost' in figure.limit ? ['≤', figure.limit.atMost] : ['≥', figure.limit.atLeast];
  return `${sign} ${shown(value, figure)}`;
}

function mark(figure: Figure, value: number): string {
  switch (judge(figure, value)) {
    case 'met':
      return colors.green('✔');
    case 'missed':
      return colors.red('✖');
    case 'no limit':
      return '';
  }
}
