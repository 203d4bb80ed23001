import * as z from 'zod/mini';
import { strict } from './parse.ts';

const secretArn = z
  .string()
  .check(
    z.maxLength(600),
    z.regex(
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
      'has to be the ARN of a secret in Secrets Manager, complete with the six characters at its end',
    ),
  );

/** Where nobody else can listen, a test may stand in for GitHub. */
const apiUrl = z
  .string()
  .check(
    z.maxLength(200),
    z.regex(
      /^(?:https:\/\/[A-Za-z0-9.-]+|http:\/\/127\.0\.0\.1)(?::\d{1,5})?(?:\/[\w.-]+)*$/,
      'has to be an https URL without a slash at its end, such as https://github.example.com/api/v3',
    ),
  );

/** What an environment knows of GitHub: references of secrets, never their values. */
export const github = strict({
  /** The secret that GitHub signs webhooks with. */
  webhookSecretArn: secretArn,
  /** A token that may write commit statuses; without one GitHub is told nothing. */
  tokenSecretArn: z.optional(secretArn),
  apiUrl: z._default(apiUrl, 'https://api.github.com'),
});

export type GitHubSettings = z.output<typeof github>;
