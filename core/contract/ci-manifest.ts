import * as z from 'zod/mini';
import { image } from './names.ts';
import { parse, strict } from './parse.ts';

const aCommit = '0123456789abcdef0123456789abcdef01234567';

/** `{sha}` is the whole id of the commit, `{short}` its first seven characters. */
export const imageOfCommit = (pattern: string, commit: string): string =>
  pattern.replaceAll('{sha}', commit).replaceAll('{short}', commit.slice(0, 7));

const repository = z
  .string()
  .check(
    z.maxLength(140),
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?!\.{1,2}$)[\w.-]{1,100}$/,
      'has to be <owner>/<name>, such as acme/shop',
    ),
  );

/** What git takes as the name of a branch, as far as it matters; always one branch, for commits of two have no order. */
const branch = z.string().check(
  z.minLength(1),
  z.maxLength(200),
  z.regex(/^[^\p{Cc}\p{Cf} ~^:?*[\\]+$/u, 'has to be the name of one branch, without blanks and wildcards'),
  z.refine(
    (name) => !/^refs\/|^\/|\/$|\.\.|\/\/|@\{/.test(name),
    'has to be the name of a branch, such as main',
  ),
);

const pattern = z.string().check(
  z.maxLength(255),
  z.refine(
    (text) => /\{sha\}|\{short\}/.test(text),
    'has to hold {sha} or {short}, where the id of the commit goes: each commit has an image of its own',
  ),
  z.refine(
    (text) => parse(image, imageOfCommit(text, aCommit)).ok,
    'has to be the reference of an image, such as ghcr.io/acme/shop:{sha}',
  ),
);

const workflow = z
  .string()
  .check(z.regex(/^[\w.-]{1,100}\.ya?ml$/, 'has to be the file name of a workflow, such as build.yml'));

/** Which commits deploy a service by themselves. */
export const ci = strict({
  github: strict({
    repository,
    branch,
    /** The image of a commit. */
    image: pattern,
    /** The workflow that builds it, in `.github/workflows`; without one, a push deploys at once. */
    workflow: z.optional(workflow),
  }),
});

export type CiManifest = z.output<typeof ci>;
