import { type ExecFileException, execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const cwd = join(import.meta.dirname, '../..');
const tsc = join(cwd, 'node_modules/typescript/bin/tsc');

/** They are no part of `tsc -p .`: the types of SST are there once its platform is. */
it('the types of the stack hold', async () => {
  const said = new Promise<readonly [ExecFileException | null, string]>((resolve) =>
    execFile(process.execPath, [tsc, '-p', 'stacks'], { cwd }, (error, stdout) => resolve([error, stdout])),
  );
  expect(await said).toEqual([null, '']);
});
