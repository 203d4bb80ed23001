import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../core/contract/openapi.ts';
import { buildFunctions } from './build.ts';

let outDir: string;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'build-'));
  const handler = 'local/lambda/fixtures/echo.ts';
  await buildFunctions({
    outDir,
    functions: {
      http: { handler, triggers: [{ type: 'http' }] },
      queue: { handler, triggers: [{ type: 'queue' }] },
    },
  });
});

afterAll(() => rm(outDir, { recursive: true, force: true }));

describe('what is built', () => {
  it('is an ES module with its source map for each function', async () => {
    for (const name of ['http', 'queue']) {
      const bundle = await readFile(join(outDir, name, 'index.mjs'), 'utf8');
      expect(bundle).toContain('sourceMappingURL=index.mjs.map');
      await access(join(outDir, name, 'index.mjs.map'));
    }
  });

  it('holds the description of the API where a function answers to HTTP, and nowhere else', async () => {
    expect(JSON.parse(await readFile(join(outDir, 'http', 'openapi.json'), 'utf8'))).toEqual(openApi());
    await expect(access(join(outDir, 'queue', 'openapi.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
