import { type Fidelity, fidelity } from '../../local/ecs/fidelity.ts';

/** The fidelity of every action as a Markdown table, by name. */
export function fidelityTable(actions: Readonly<Record<string, Fidelity>> = fidelity): string {
  const rows = Object.entries(actions)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { level, note }]) => [name, level, note] as const);
  const header = ['Action', 'Level', 'What differs'] as const;
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
