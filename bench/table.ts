import CliTable from 'cli-table3';
import colors from 'picocolors';
import { type Benchmark, type Figure, figureIn, type Grid, judge } from './benchmark.ts';

/** What was measured, beside what it had to be. */
export function table(benchmark: Benchmark<object>, result: object): string {
  const details = benchmark.details?.(result) ?? [];
  return [figuresOf(benchmark, result), ...details.map(grid)].join('\n');
}

function figuresOf({ name, figures }: Benchmark<object>, result: object): string {
  const drawn = new CliTable({
    head: [name, 'measured', 'limit', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const figure of figures) {
    const value = figureIn(result, figure);
    if (value === null) drawn.push([figure.label, `without ${figure.needs}`, limitOf(figure), '']);
    else drawn.push([figure.label, shown(value, figure), limitOf(figure), mark(figure, value)]);
  }
  return drawn.toString();
}

function grid({ head, rows }: Grid): string {
  const drawn = new CliTable({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}

/** The benchmarks there are, for whoever named none or an unknown one. */
export function listing(benchmarks: readonly Benchmark<object>[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  return benchmarks.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

function shown(value: number, { unit }: Figure): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 2 : 1;
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
