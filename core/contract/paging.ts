import * as z from 'zod/mini';
import { strict } from './parse.ts';

/** A whole number in a query. */
export const number = (atMost: number, otherwise: number) =>
  z.prefault(
    z.pipe(
      z.pipe(
        z.string().check(z.regex(/^\d{1,6}$/, `has to be a whole number from 1 to ${atMost}`)),
        z.transform(Number),
      ),
      z.int().check(z.minimum(1), z.maximum(atMost)),
    ),
    String(otherwise),
  );

export const after = z.optional(
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(4096),
      z.regex(/^[\x21-\x7e]*$/, 'has to be the `next` of an earlier page'),
    ),
);

export const paged = strict({ limit: number(100, 20), after });
