import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { defaults } from './defaults.ts';
import { formatSeconds } from './units.ts';

const page = await readFile(new URL('../../docs/manifest.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('|'));

it.each(Object.entries(defaults))('the reference states the default of %s', (key, value) => {
  const row = rows.find((one) => one.includes(`\`${key}\``));
  expect(row, `docs/manifest.md has no row for ${key}`).toBeDefined();
  for (const forms of formsOf(value)) expect(forms.filter((form) => row?.includes(form))).not.toEqual([]);
});

/** How a default may be written: a number as it is, in percent, as a ratio or as a duration; of a table, its numbers. */
function formsOf(value: unknown): string[][] {
  if (typeof value === 'object' && value !== null)
    return Object.values(value).flatMap((one) => (typeof one === 'number' ? formsOf(one) : []));
  const written =
    typeof value === 'number' ? [value, `${value}%`, `${value}x`, formatSeconds(value)] : [value];
  return [written.map((form) => `\`${form}\``)];
}
