import Table from 'cli-table3';

const none = '';
const borderless = {
  top: none,
  'top-mid': none,
  'top-left': none,
  'top-right': none,
  bottom: none,
  'bottom-mid': none,
  'bottom-left': none,
  'bottom-right': none,
  left: none,
  'left-mid': none,
  mid: none,
  'mid-mid': none,
  right: none,
  'right-mid': none,
  middle: '  ',
};

/** Rows under a head, in columns as wide as their content. Cells have to be safe for a terminal already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const built = new Table({
    head: [...head],
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  built.push(...rows.map((row) => [...row]));
  return built
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
