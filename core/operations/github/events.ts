import * as z from 'zod/mini';
import { parse, quoted } from '../../contract/parse.ts';
import { BerthError } from '../../kernel/errors.ts';
import type { Place } from '../../pipelines/model.ts';

/** A commit of a branch, or why an event deploys nothing. */
export type Understood = Told | { readonly ignored: string };

export interface Told {
  /** `owner/name`, in lower case. */
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  readonly place: Place;
  /** The file of the workflow that ended; undefined: a push. */
  readonly workflow?: string;
  readonly sender: string;
  /** The first line of the commit's message. */
  readonly headline?: string;
}

const sha = z.string().check(z.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'has to be the id of a commit'));
const line = z.string().check(z.maxLength(1_000_000));
const sender = z.nullish(z.object({ login: z.string().check(z.maxLength(100)) }));
const repository = z.object({
  full_name: z.string().check(z.maxLength(200)),
  fork: z._default(z.boolean(), false),
  /** Seconds in a push, a date elsewhere. */
  pushed_at: z.nullish(z.union([z.number(), z.string()])),
});

const push = z.object({
  ref: z.string().check(z.maxLength(1000)),
  before: sha,
  after: sha,
  created: z._default(z.boolean(), false),
  deleted: z._default(z.boolean(), false),
  forced: z._default(z.boolean(), false),
  commits: z._default(z.array(z.object({ id: sha })), []),
  head_commit: z.nullish(z.object({ message: z._default(line, '') })),
  repository,
  sender,
});

const workflowRun = z.object({
  action: z.string(),
  workflow_run: z.object({
    workflow_id: z.int(),
    run_number: z.int(),
    path: z._default(z.string(), ''),
    event: z.string(),
    conclusion: z.nullish(z.string()),
    head_branch: z.nullish(z.string().check(z.maxLength(1000))),
    head_sha: sha,
    head_commit: z.nullish(z.object({ message: z._default(line, '') })),
    head_repository: z.nullish(z.object({ full_name: z.string(), fork: z._default(z.boolean(), false) })),
  }),
  repository,
  sender,
});

/** The events that are understood; every other is ignored. */
export const knownEvents = ['push', 'workflow_run'] as const;

/** What an event comes to. Throws `invalid-request` where it is not as GitHub sends it. */
export function understand(event: string, body: unknown): Understood {
  if (event === 'ping') return { ignored: 'the webhook is set up' };
  if (event === 'push') return ofPush(read(push, body, event));
  if (event === 'workflow_run') return ofRun(read(workflowRun, body, event));
  return { ignored: `${quoted(event)} deploys nothing; what is understood is ${knownEvents.join(' and ')}` };
}

function read<Schema extends z.core.$ZodType>(
  schema: Schema,
  body: unknown,
  event: string,
): z.output<Schema> {
  const parsed = parse(schema, body);
  if (parsed.ok) return parsed.value;
  const what = parsed.errors.map(({ path, detail }) => `${path || '/'} ${detail}`).join('; ');
  throw new BerthError('invalid-request', `this is no ${event} event of GitHub's: ${what}`, parsed.errors);
}

const branches = 'refs/heads/';
/** How many of the commits of a push are remembered as older than its last. */
const maxContained = 32;

function ofPush(pushed: z.output<typeof push>): Understood {
  const { ref, after, before, forced, created, repository: from, commits } = pushed;
  if (from.fork) return { ignored: `${quoted(from.full_name)} is a fork, and forks never deploy` };
  if (!ref.startsWith(branches)) return { ignored: `${quoted(ref)} is not a branch` };
  if (pushed.deleted || /^0+$/.test(after)) return { ignored: `the branch of ${quoted(ref)} was deleted` };
  const contained = commits.map(({ id }) => id).filter((id) => id !== after);
  return {
    ...{ repository: from.full_name.toLowerCase(), branch: ref.slice(branches.length), commit: after },
    place: {
      by: 'push',
      before,
      pushedAtMs: pushedAtMs(from.pushed_at),
      forced,
      created: created || /^0+$/.test(before),
      contains: contained.slice(-maxContained),
    },
    ...about(pushed.sender, pushed.head_commit),
  };
}

function ofRun({
  action,
  workflow_run: run,
  repository: to,
  sender: by,
}: z.output<typeof workflowRun>): Understood {
  if (to.fork) return { ignored: `${quoted(to.full_name)} is a fork, and forks never deploy` };
  if (action !== 'completed') return { ignored: `the run is only ${quoted(action)}` };
  if (run.event !== 'push')
    return { ignored: `the run is of a ${quoted(run.event)}, and only pushes deploy` };
  if (run.head_repository?.full_name !== to.full_name || run.head_repository.fork)
    return { ignored: 'the run is of a commit of another repository, and forks never deploy' };
  if (run.conclusion !== 'success')
    return { ignored: `the run ended as ${quoted(run.conclusion ?? 'nothing')}` };
  if (!run.head_branch) return { ignored: 'the run is not of a branch' };
  return {
    ...{ repository: to.full_name.toLowerCase(), branch: run.head_branch, commit: run.head_sha },
    place: { by: 'run', workflowId: run.workflow_id, number: run.run_number },
    workflow: fileOf(run.path),
    ...about(by, run.head_commit),
  };
}

/** `build.yml` of `.github/workflows/build.yml@refs/heads/main`. */
const fileOf = (path: string) => path.replace(/@.*$/s, '').split('/').at(-1) ?? '';

/** A push that does not say when it was is older than any that does. */
function pushedAtMs(value: number | string | null | undefined): number {
  const atMs = typeof value === 'number' ? value * 1000 : Date.parse(value ?? '');
  return Number.isSafeInteger(atMs) && atMs > 0 ? Math.floor(atMs / 1000) * 1000 : 0;
}

const maxHeadline = 200;

function about(
  by: { readonly login: string } | null | undefined,
  commit: { readonly message: string } | null | undefined,
) {
  const headline = plain(commit?.message.split('\n')[0] ?? '').slice(0, maxHeadline);
  return { sender: plain(by?.login ?? 'unknown'), ...(headline && { headline }) };
}

/** What people elsewhere wrote, without what could disguise it. */
const plain = (text: string) =>
  text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .toWellFormed()
    .trim();
