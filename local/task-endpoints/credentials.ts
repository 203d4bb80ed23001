import { newCredentials } from '../iam/credentials.ts';
import { isoSeconds } from '../support/timestamp.ts';

const lifeMs = 6 * 3600 * 1000;
const prefix = 'ASIATASK';

/**
 * Credentials of a task's role, as the container credentials endpoint gives them. They are temporary keys like any
 * other to Local AWS, which does not know what a task's role allows.
 */
export function roleCredentials(roleArn: string, nowMs: number): object {
  const { accessKeyId, secretAccessKey, sessionToken } = newCredentials(prefix);
  return {
    RoleArn: roleArn,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: isoSeconds(nowMs + lifeMs),
  };
}
