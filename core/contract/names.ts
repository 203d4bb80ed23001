import * as z from 'zod/mini';

/** Names of applications, services and environments. */
export const name = z
  .string()
  .check(
    z.regex(
      /^(?=.{1,31}$)[a-z](?:-?[a-z0-9])*$/,
      'has to begin with a lower-case letter, hold only lower-case letters, digits and single hyphens between them, and be at most 31 long',
    ),
  );

/** `<app>-<service>`: the name of a service in ECS. */
export const ecsName = z
  .string()
  .check(
    z.regex(
      /^(?=.{1,63}$)[a-z](?:-?[a-z0-9])*$/,
      'has to be the name of a service, <app>-<service>, such as "shop-web"',
    ),
  );

export const ecsNameOf = (app: string, service: string): string => `${app}-${service}`;

export const deploymentId = z
  .string()
  .check(z.regex(/^dep_[0-9A-HJKMNP-TV-Z]{26}$/, 'has to be the id of a deployment: dep_ and 26 characters'));

export const applicationId = z
  .string()
  .check(
    z.regex(/^app_[0-9A-HJKMNP-TV-Z]{26}$/, 'has to be the id of an application: app_ and 26 characters'),
  );

export const jobId = z
  .string()
  .check(z.regex(/^job_[\w-]{1,200}$/, 'has to be the id of a job: job_ and up to 200 characters'));

export const lockId = z
  .string()
  .check(z.regex(/^lock_[0-9A-HJKMNP-TV-Z]{26}$/, 'has to be the id of a lock: lock_ and 26 characters'));

/** What people write for people: no control characters, nothing that turns the direction of writing. */
export const text = (atMost: number) =>
  z
    .string()
    .check(
      z.maxLength(atMost),
      z.regex(/^[^\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$/u, 'may not hold control characters'),
    );

/** The reference of an image: registry, name, tag and digest, the last three of them as Docker has it. */
export const image = z
  .string()
  .check(
    z.maxLength(255),
    z.regex(
      /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/,
      'has to be the reference of an image, such as ghcr.io/acme/shop:1.4.2',
    ),
  );

/** An ARN of Secrets Manager or of the Parameter Store, or a name there. */
export const secretReference = z
  .string()
  .check(
    z.regex(
      /^(?:arn:aws[a-z-]*:(?:secretsmanager:[a-z0-9-]+:\d{12}:secret|ssm:[a-z0-9-]+:\d{12}:parameter)[:/][\w/+=.@:-]{1,700}|\/?[\w.-]+(?:\/[\w.-]+)*)$/,
      'has to name a secret: an ARN of Secrets Manager or of the Parameter Store, or a name such as "shop/database-url"',
    ),
    z.maxLength(1000),
  );

export const port = z
  .int()
  .check(
    z.minimum(1, 'has to be a port, from 1 to 65535'),
    z.maximum(65_535, 'has to be a port, from 1 to 65535'),
  );

export const taskCount = z
  .int()
  .check(
    z.minimum(0, 'may not be negative'),
    z.maximum(5000, 'may be at most 5000, the limit of ECS for a service'),
  );
