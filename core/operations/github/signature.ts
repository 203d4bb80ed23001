import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether `signature`, a value of `X-Hub-Signature-256`, is that of these very bytes; in constant time. */
export function isSigned(bytes: Uint8Array, signature: string, secret: string): boolean {
  const given = digestIn(signature);
  if (!given || secret === '') return false;
  return timingSafeEqual(given, createHmac('sha256', secret).update(bytes).digest());
}

/** Undefined for what cannot be a signature, however the body may be. */
export function digestIn(signature: string | undefined): Buffer | undefined {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(signature ?? '') ?? [];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}
