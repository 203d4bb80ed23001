import { readFile } from 'node:fs/promises';
import { BerthError } from '../../core/kernel/errors.ts';

/**
 * The description of the API, which the build writes into a file: it never changes while a version runs. Throws
 * `not-found` where the file is missing, and what is thrown of one that is not JSON.
 */
export const describedIn = (file: URL) => async (): Promise<Record<string, unknown>> =>
  JSON.parse(await textOf(file)) as Record<string, unknown>;

async function textOf(file: URL): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new BerthError(
      'not-found',
      'this API was deployed without its description: deploy it with the file openapi.json that the build writes beside index.mjs',
    );
  }
}
