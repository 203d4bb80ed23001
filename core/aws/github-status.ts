import type { Environment } from '../contract/environment.ts';
import { callMs } from '../kernel/settle.ts';
import type { Secrets } from '../operations/ports.ts';
import type { PipelineEffect, Told } from '../pipelines/model.ts';

export interface GitHubStatusDependencies {
  readonly secrets: Secrets;
  /** Throws a `BerthError` for an environment that is not there. */
  environment(name: string): Environment;
  readonly fetch?: typeof fetch;
}

/**
 * Posts a commit's status. It never throws for what GitHub does: the pipeline tries again by itself, for an effect that
 * is tried again keeps all others of its aggregate waiting, and GitHub must not be able to keep a deployment waiting.
 *
 * https://docs.github.com/rest/commits/statuses#create-a-commit-status
 */
export async function reportStatus(effect: PipelineEffect, deps: GitHubStatusDependencies): Promise<Told> {
  const settings = deps.environment(effect.environment).github;
  if (!settings?.tokenSecretArn) return { told: 'skipped', reason: 'the environment names no token' };
  try {
    const token = await deps.secrets.read(settings.tokenSecretArn);
    if (token === undefined) return { told: 'skipped', reason: 'the token’s secret has no value' };
    return await post(`${settings.apiUrl}/repos/${effect.repository}/statuses/${effect.commit}`, effect, {
      token: token.trim(),
      send: deps.fetch ?? fetch,
    });
  } catch (error) {
    return { told: 'later', reason: `GitHub could not be reached: ${nameOf(error)}` };
  }
}

interface Means {
  readonly token: string;
  readonly send: typeof fetch;
}

async function post(url: string, { status, context }: PipelineEffect, { token, send }: Means): Promise<Told> {
  const answer = await send(url, {
    method: 'POST',
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'user-agent': 'berth',
      'x-github-api-version': '2022-11-28',
    },
    body: JSON.stringify({ state: status.state, description: status.description, context }),
    redirect: 'manual',
    signal: AbortSignal.timeout(callMs),
  });
  await answer.body?.cancel();
  if (answer.ok) return { told: 'posted' };
  const reason = `GitHub answered ${answer.status}${adviceFor(answer.status)}`;
  return { told: isTemporary(answer) ? 'later' : 'refused', reason };
}

/** GitHub says 403 or 429 where it has been asked too often. */
function isTemporary({ status, headers }: Response): boolean {
  const isLimited = headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0';
  return status >= 500 || status === 408 || status === 429 || (status === 403 && isLimited);
}

const advice: Readonly<Record<number, string>> = {
  401: ': the token is not valid, or has run out',
  403: ': the token may not write commit statuses there',
  404: ': there is no such repository, or the token may not see it',
  422: ': it has no such commit, or has had too many statuses of it',
};

const adviceFor = (status: number) => advice[status] ?? '';

/** Of a failed `fetch` only its kind: a message might repeat what was sent. */
function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.name : 'Error';
}
