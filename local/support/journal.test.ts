import { cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { openJournal } from './journal.ts';

/** What is called before and after everything that changes a file, and in the middle of each write. */
const disk = vi.hoisted(() => ({ changed: () => {} }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const watched =
    <Args extends unknown[], Result>(change: (...args: Args) => Result) =>
    (...args: Args): Result => {
      disk.changed();
      const result = change(...args);
      disk.changed();
      return result;
    };
  return {
    ...fs,
    openSync: watched(fs.openSync),
    closeSync: watched(fs.closeSync),
    renameSync: watched(fs.renameSync),
    writeSync: watched((descriptor: number, buffer: Buffer, from: number) => {
      const some = from === 0 ? Math.ceil(buffer.length / 2) : buffer.length - from;
      return fs.writeSync(descriptor, buffer, from, some);
    }),
  };
});

const directory = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => {
  disk.changed = () => {};
});

let runs = 0;
const newFile = () => join(directory, `journal-${++runs}`);
const turn = () => new Promise((resolve) => setImmediate(resolve));

type Contents = readonly (readonly [string, readonly (readonly [string, unknown])[]])[];
const tableNames = ['one', 'two'] as const;

/** In order, for whoever lists rows lists the oldest first. */
const contentsOf = (journal: ReturnType<typeof openJournal>): Contents =>
  tableNames.map((name) => [name, [...journal.table(name).entries()]]);

/** What another process would find now. */
function reopened(file: string): Contents {
  const copy = join(directory, 'copy');
  for (const suffix of ['', '.new']) {
    rmSync(copy + suffix, { force: true });
    if (existsSync(file + suffix)) cpSync(file + suffix, copy + suffix);
  }
  const journal = openJournal(copy);
  const contents = contentsOf(journal);
  journal.close();
  return contents;
}

const key = fc.constantFrom('a', 'b', 'c', 'd');
const text = fc.string({ minLength: 1, maxLength: 40 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('put' as const), fc.constantFrom(...tableNames), key, text) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), fc.constantFrom(...tableNames), key) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('flush' as const)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('turn' as const)) },
);

it('killed at any moment, also while it is written anew, has all that was acknowledged, and no half turn', async () => {
  let compactions = 0;
  const steps = fc.array(step, { minLength: 10, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const file = newFile();
      const journal = openJournal(file, { compactBytes: 60 });
      let acknowledged = contentsOf(journal);
      let inode = statSync(file).ino;
      let isLooking = false;
      disk.changed = () => {
        if (isLooking) return;
        isLooking = true;
        const found = reopened(file);
        isLooking = false;
        expect([acknowledged, contentsOf(journal)]).toContainEqual(found);
      };
      for (const [kind, table, name, value] of all) {
        if (kind === 'put') journal.table(table).put(name, value);
        else if (kind === 'delete') journal.table(table).delete(name);
        else if (kind === 'turn') await turn();
        else journal.flush();
        if (kind !== 'turn' && kind !== 'flush') continue;
        acknowledged = contentsOf(journal);
        const { ino } = statSync(file);
        if (ino !== inode) compactions += 1;
        inode = ino;
      }
      journal.close();
      disk.changed = () => {};
      expect(reopened(file)).toEqual(contentsOf(journal));
      expect(existsSync(`${file}.new`)).toBe(false);
    }),
    { numRuns: 25 },
  );
  // About fourteen; how many is chance.
  expect(compactions).toBeGreaterThan(0);
});

it('does not grow with what was overwritten, nor with what was deleted', async () => {
  const file = newFile();
  const journal = openJournal(file, { compactBytes: 10_000 });
  const table = journal.table<{ readonly text: string }>('one');
  for (let round = 0; round < 2000; round++) {
    table.put(`row-${round}`, { text: 'x'.repeat(100) });
    table.delete(`row-${round - 10}`);
    await turn();
  }
  expect(statSync(file).size).toBeLessThan(30_000);
  expect(contentsOf(journal)).toEqual(reopened(file));
  journal.reset();
  expect(statSync(file).size).toBe(0);
  journal.close();
});

it('goes on with the old file where a new one cannot be written', async () => {
  const file = newFile();
  const journal = openJournal(file, { compactBytes: 10 });
  disk.changed = () => {
    if (existsSync(`${file}.new`)) throw new Error('no space left');
  };
  const table = journal.table<number>('one');
  for (let round = 0; round < 20; round++) {
    table.put('a', round);
    await turn();
  }
  journal.close();
  disk.changed = () => {};
  expect(openJournal(file).table('one').get('a')).toBe(19);
});
