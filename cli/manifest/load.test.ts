import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pico from 'picocolors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Failure } from '../failure.ts';
import { renderFailure } from '../render/failure.ts';
import { maximumManifestBytes } from './file.ts';
import { chosenServices, loadManifest } from './load.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-manifest-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function written(content: string | Uint8Array): Promise<string> {
  const file = join(directory, 'berth.yaml');
  await writeFile(file, content);
  return file;
}

async function refusalOf(file: string): Promise<Failure> {
  const outcome = await loadManifest(file).catch((error: unknown) => error);
  if (outcome instanceof Failure) return outcome;
  throw outcome instanceof Error ? outcome : new Error('it was accepted');
}

test('services come as they are written, with the directory of the manifest', async () => {
  const file = await written(
    'app: shop\nservices:\n  web: { image: shop:1, port: 80 }\n  worker: { image: w:1 }\n',
  );
  const manifest = await loadManifest(file);
  expect(manifest).toEqual({
    app: 'shop',
    services: [
      { name: 'web', spec: { image: 'shop:1', port: 80 } },
      { name: 'worker', spec: { image: 'w:1' } },
    ],
    directory,
  });
  expect(chosenServices(manifest, ['worker']).map(({ name }) => name)).toEqual(['worker']);
  expect(() => chosenServices(manifest, ['wroker'])).toThrow(/no service "wroker"/);
});

test('every mistake is told with its line, its path and what to do', async () => {
  const file = await written(
    'app: shop\nservices:\n  web:\n    image: shop:1\n    memry: 80\n    deploy:\n      minimumHealthyPercent: 100\n      maximumPercent: 100\n',
  );
  const refusal = await refusalOf(file);
  expect(refusal.exit).toBe('badInput');
  const text = renderFailure(refusal, pico.createColors(false));
  expect(text).toMatch(/5:5 {2}services\.web\.memry .*did you mean "memory"\?/);
});

test('an impossible minimum and maximum is told with the arithmetic', async () => {
  const file = await written(
    'app: shop\nservices:\n  web:\n    image: shop:1\n    count: 1\n    deploy: { minimumHealthyPercent: 100, maximumPercent: 150 }\n',
  );
  const [fault] = (await refusalOf(file)).faults;
  expect(fault?.line).toBe(6);
  expect(fault?.detail).toContain('floor(1 × 150 %) = 1');
});

test.each([
  ['nothing', ''],
  ['a number', '1'],
  ['a list', '[]'],
  ['null', 'null'],
  ['an empty application', 'app: shop\nservices: {}'],
  ['a prototype', 'app: shop\nservices: { __proto__: { image: a } }'],
  ['control characters in a name', 'app: "a\\u001b[2J"\nservices: { web: { image: a } }'],
])('%s is refused', async (_what, text) => {
  const refusal = await refusalOf(await written(text));
  expect(refusal.exit).toBe('badInput');
  expect(refusal.faults.length).toBeGreaterThan(0);
  expect(renderFailure(refusal, pico.createColors(false))).not.toContain('\u001b');
});

test('a file that is too large, not text, a directory or absent is refused', async () => {
  expect((await refusalOf(await written('#'.repeat(maximumManifestBytes + 1)))).message).toContain('larger');
  expect((await refusalOf(await written(new Uint8Array([0xff, 0xfe, 0x00])))).message).toContain('UTF-8');
  expect((await refusalOf(directory)).message).toContain('not a file');
  expect((await refusalOf(join(directory, 'none.yaml'))).message).toContain('no such file');
});
