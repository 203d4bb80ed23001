import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { bundleLocalAws } from './build.ts';
import { currentBundle, manifestName } from './current.ts';

const folders: string[] = [];
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), 'bundle-'));
  folders.push(made);
  return made;
};

afterEach(async () => {
  for (const one of folders.splice(0)) await rm(one, { recursive: true, force: true });
});

it('is there once it is built, and is not built again as long as it is up to date', async () => {
  const directory = await folder();
  expect(currentBundle(directory)).toBeUndefined();
  await bundleLocalAws(directory);
  const built = currentBundle(directory) ?? '';
  const { mtimeMs } = await stat(fileURLToPath(built));
  await bundleLocalAws(directory);
  expect(currentBundle(directory)).toBe(built);
  expect((await stat(fileURLToPath(built))).mtimeMs).toBe(mtimeMs);
});

it('is not taken when a file has changed, is gone, or lies elsewhere', async () => {
  const root = await folder();
  const directory = join(root, 'made');
  await mkdir(directory);
  const source = join(root, 'source.ts');
  await writeFile(source, 'one');
  await writeFile(join(directory, 'local-aws.js'), '');
  const { size, mtimeMs } = await stat(source);
  const inputs = [{ path: 'source.ts', size, mtimeMs }];
  const manifest = { root, entry: 'local-aws.js', inputs };
  await writeFile(join(directory, manifestName), JSON.stringify(manifest));
  const taken = () => currentBundle(directory, root);
  expect(taken()).toBe(pathToFileURL(join(directory, 'local-aws.js')).href);
  expect(currentBundle(directory, await folder())).toBeUndefined();
  await writeFile(source, 'other');
  expect(taken()).toBeUndefined();
  await rm(source);
  expect(taken()).toBeUndefined();
});
