import { readFileSync } from 'node:fs';
import { fidelityTable } from './fidelity-table.ts';

export const page = new URL('../../docs/local-aws.md', import.meta.url);

const begin = '<!-- fidelity:begin -->';
const end = '<!-- fidelity:end -->';

/** The page as it is, and as it is to be: with the table of the code between its two markers. */
export function documentation(): { readonly current: string; readonly wanted: string } {
  const current = readFileSync(page, 'utf8');
  const from = current.indexOf(begin);
  const to = current.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/local-aws.md lacks ${begin} or ${end} after it.`);
  const head = current.slice(0, from + begin.length);
  return { current, wanted: `${head}\n\n${fidelityTable()}\n\n${current.slice(to)}` };
}
