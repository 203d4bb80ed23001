import { z } from 'zod';

/** Parts of the inputs that several actions share; lengths are Cloud Map's. */
export const id = z.string().min(1).max(255);
export const creator = z.string().max(64).optional();
export const description = z.string().max(1024).optional();
export const page = {
  MaxResults: z.int().min(1).max(100).optional(),
  NextToken: z.string().max(4096).optional(),
};

export const tagList = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(200)
  .optional();

/** A DNS name of labels, with underscores for those of SRV records. */
export const dnsName = z
  .string()
  .max(253)
  .regex(
    /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/,
    'must be a DNS name',
  )
  .transform((name) => name.replace(/\.$/, ''));

export const serviceName = z
  .string()
  .max(127)
  .regex(/^[A-Za-z0-9_.-]*[A-Za-z0-9_]$/, 'must be letters, digits, hyphens, underscores and dots');

export const attributes = z
  .record(z.string().min(1).max(255), z.string().max(1024))
  .refine((given) => Object.keys(given).length <= 30, 'at most 30 attributes are possible');

/** A filter of a list; the one condition that all have is EQ. */
export const filters = <N extends string>(names: readonly [N, ...N[]]) =>
  z
    .array(
      z.object({
        Name: z.enum(names),
        Values: z.array(z.string().max(255)).min(1),
        Condition: z.enum(['EQ', 'IN', 'BETWEEN', 'BEGINS_WITH']).default('EQ'),
      }),
    )
    .max(10)
    .optional();
