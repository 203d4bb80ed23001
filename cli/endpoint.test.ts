import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiUrl, defaultApi } from './endpoint.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-endpoint-'));
  await mkdir(join(directory, '.berth'));
});
afterAll(() => rm(directory, { recursive: true }));

test('the option comes before the environment, what runs here, and the default', async () => {
  expect(apiUrl(undefined, {}, directory)).toBe(defaultApi);
  const file = join(directory, '.berth', 'local.json');
  await writeFile(file, JSON.stringify({ api: 'http://127.0.0.1:9/' }));
  expect(apiUrl(undefined, {}, directory)).toBe('http://127.0.0.1:9');
  expect(apiUrl(undefined, { BERTH_API: 'https://api.example' }, directory)).toBe('https://api.example');
  expect(apiUrl('http://b', { BERTH_API: 'http://a' }, directory)).toBe('http://b');
  await writeFile(file, '{ half');
  expect(apiUrl(undefined, {}, directory)).toBe(defaultApi);
});

test.each(['nonsense', 'file:///etc/passwd', 'javascript:1', ''])('%j is refused', (url) => {
  expect(() => apiUrl(url, {}, directory)).toThrow(/--api is not a URL/);
});
