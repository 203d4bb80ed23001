import { randomBytes } from 'node:crypto';

const lifeMs = 6 * 3600 * 1000;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const prefix = 'ASIATASK';

/**
 * Credentials of a task's role, as the container credentials endpoint gives them. They are temporary keys like any
 * other to Local AWS, which does not know what a task's role allows.
 */
export function roleCredentials(roleArn: string, nowMs: number): object {
  const id = [...randomBytes(20 - prefix.length)].map((byte) => alphabet[byte % 32]).join('');
  return {
    RoleArn: roleArn,
    AccessKeyId: prefix + id,
    SecretAccessKey: randomBytes(30).toString('base64'),
    Token: randomBytes(96).toString('base64'),
    Expiration: `${new Date(nowMs + lifeMs).toISOString().slice(0, 19)}Z`,
  };
}
