import { describe, it } from 'vitest';
import type { Row } from './row.ts';
import { clusters } from './rows/clusters.ts';
import { startWorld } from './world.ts';

const families: Readonly<Record<string, readonly Row[]>> = { clusters };

describe.each(Object.entries(families))('%s', (_, rows) => {
  it.each(rows.map((row) => ({ ...row, title: `${row.page}: ${row.says}` })))('$title', async ({ run }) => {
    const world = await startWorld();
    try {
      await run(world);
    } finally {
      await world.close();
    }
  });
});
