import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { keptFunctions } from '../lambda/build.ts';
import { keptProgram } from './build.ts';
import { currentFolder, manifestName } from './current.ts';

const folders: string[] = [];
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), 'bundle-'));
  folders.push(made);
  return made;
};

afterEach(async () => {
  for (const one of folders.splice(0)) await rm(one, { recursive: true, force: true });
});

const program = (directory: string) => keptProgram('lambda-host', directory);

it.each([
  ['a program', program],
  ['what the functions are', keptFunctions],
])('%s is there once it is built, and is not built again as long as it is up to date', async (_, build) => {
  const directory = await folder();
  expect(currentFolder(directory)).toBeUndefined();
  const built = await build(directory);
  expect(currentFolder(directory)).toBe(built);
  const { mtimeMs } = await stat(built);
  expect(await build(directory)).toBe(built);
  expect((await stat(built)).mtimeMs).toBe(mtimeMs);
});

it('may be built by several at once', async () => {
  const directory = await folder();
  const built = await Promise.all([program(directory), program(directory)]);
  expect(built).toEqual([currentFolder(directory), currentFolder(directory)]);
});

it('is not taken when a file has changed, is gone, or lies elsewhere', async () => {
  const root = await folder();
  const directory = join(root, 'made');
  await mkdir(directory);
  const source = join(root, 'source.ts');
  await writeFile(source, 'one');
  await mkdir(join(directory, 'built'));
  const { size, mtimeMs } = await stat(source);
  const inputs = [{ path: 'source.ts', size, mtimeMs }];
  const manifest = { root, folder: 'built', inputs };
  await writeFile(join(directory, manifestName), JSON.stringify(manifest));
  const taken = () => currentFolder(directory, root);
  expect(taken()).toBe(join(directory, 'built'));
  expect(currentFolder(directory, await folder())).toBeUndefined();
  await writeFile(source, 'other');
  expect(taken()).toBeUndefined();
  await rm(source);
  expect(taken()).toBeUndefined();
});
