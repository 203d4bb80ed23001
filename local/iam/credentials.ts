import { randomBytes } from 'node:crypto';

/** What a caller signs its calls with for a while. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const keyLength = 20;

/** New temporary credentials. Keys begin with `prefix`, whose own beginning is ASIA, as at AWS. */
export function newCredentials(prefix: string): Credentials {
  const rest = [...randomBytes(keyLength - prefix.length)].map((byte) => alphabet[byte % 32]);
  return {
    accessKeyId: prefix + rest.join(''),
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(96).toString('base64'),
  };
}
