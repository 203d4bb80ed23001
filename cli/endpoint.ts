import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.ts';

export const defaultApi = 'http://127.0.0.1:4701';

/**
 * Where the API is: `--api`, else `BERTH_API`, else what `berth up` wrote in this directory, else the default.
 * Throws a `Failure` for what is not an http(s) URL.
 */
export function apiUrl(option: string | undefined, env: NodeJS.ProcessEnv, directory: string): string {
  if (option !== undefined) return checked(option, '--api');
  if (env.BERTH_API) return checked(env.BERTH_API, 'BERTH_API');
  return localApi(directory) ?? defaultApi;
}

function checked(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Failure('badInput', `${source} is not a URL: ${text}`, { advice: `For example ${defaultApi}` });
  }
  return text.replace(/\/+$/, '');
}

function localApi(directory: string): string | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(directory, '.berth', 'local.json'), 'utf8'));
    const api = found !== null && typeof found === 'object' && 'api' in found ? found.api : undefined;
    return typeof api === 'string' && /^https?:\/\//.test(api) ? api.replace(/\/+$/, '') : undefined;
  } catch {
    return undefined;
  }
}
