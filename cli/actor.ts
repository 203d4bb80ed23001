import { hostname, userInfo } from 'node:os';

const maximumCharacters = 100;

/** Who does this, for the ledger: the person behind a CI run where it says so, else the user of this machine. */
export function actor(env: NodeJS.ProcessEnv): string {
  const ci =
    named('github', env.GITHUB_ACTOR) ??
    named('gitlab', env.GITLAB_USER_LOGIN) ??
    named('buildkite', env.BUILDKITE_BUILD_CREATOR) ??
    named('circleci', env.CIRCLE_USERNAME);
  const text = env.BERTH_ACTOR || ci || `${userName()}@${hostname()}`;
  return text.replace(/[^\p{L}\p{N} @._:+-]/gu, '_').slice(0, maximumCharacters);
}

function named(where: string, who: string | undefined): string | undefined {
  return who ? `${who}@${where}` : undefined;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
