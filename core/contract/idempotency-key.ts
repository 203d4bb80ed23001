import * as z from 'zod/mini';

/** A caller's own name for a request: the same key and body are the same request. */
export const idempotencyKey = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,128}$/, 'has to be 1 to 128 visible ASCII characters'));
