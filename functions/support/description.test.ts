import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedIn } from './description.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-description-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const file = (name: string) => pathToFileURL(join(directory, name));

describe('the description of the API', () => {
  it('is what the file holds', async () => {
    await writeFile(file('openapi.json'), '{"openapi":"3.1.0"}');
    expect(await describedIn(file('openapi.json'))()).toEqual({ openapi: '3.1.0' });
  });

  it('says what to do where the file was left out', async () => {
    await expect(describedIn(file('none.json'))()).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('openapi.json'),
    });
  });

  it('of a broken file is a failure of ours', async () => {
    await writeFile(file('broken.json'), '{');
    await expect(describedIn(file('broken.json'))()).rejects.toThrow(SyntaxError);
  });
});
