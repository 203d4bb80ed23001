/** Every way in which `berth` ends; a pipeline can trust these numbers. */
export const exits = {
  succeeded: { code: 0, meaning: 'it succeeded' },
  unexpected: { code: 1, meaning: 'berth itself failed' },
  badInput: { code: 2, meaning: 'bad input: options, berth.yaml, or what the API refused' },
  rolledBack: { code: 3, meaning: 'the deployment was rolled back' },
  failed: {
    code: 4,
    meaning: 'the deployment failed: nothing was moved, or nothing was there to go back to',
  },
  superseded: { code: 5, meaning: 'the deployment was superseded by another one, or cancelled' },
  notFound: { code: 6, meaning: 'there is no such service, deployment, release or task' },
  unreachable: { code: 7, meaning: 'the API does not answer' },
  stillRunning: { code: 8, meaning: 'the deployment was still running when --timeout was over' },
  conflict: { code: 9, meaning: 'the idempotency key was used for something else, or the state forbids it' },
  changes: { code: 10, meaning: 'there is something to do: plan --detailed-exitcode, and drift' },
  refused: { code: 11, meaning: 'plan, verify: it would be refused, or a check found a problem' },
  waiting: {
    code: 12,
    meaning: 'the deployment waited for somebody when --timeout was over: an approval, a lock, a verdict',
  },
  interrupted: { code: 130, meaning: 'interrupted by Ctrl-C; a deployment goes on without its watcher' },
} as const satisfies Record<string, { code: number; meaning: string }>;

export type Exit = keyof typeof exits;

/** Most serious first: what a command that did several things reports. */
const bySeriousness: readonly Exit[] = [
  'unexpected',
  'unreachable',
  'badInput',
  'notFound',
  'conflict',
  'failed',
  'rolledBack',
  'superseded',
  'waiting',
  'stillRunning',
  'refused',
  'changes',
  'interrupted',
  'succeeded',
];

/** The most serious of several ends; `succeeded` for none. */
export function worst(ends: readonly Exit[]): Exit {
  return bySeriousness.find((end) => ends.includes(end)) ?? 'succeeded';
}

/** The end of a deployment with this verdict; a verdict that is not known is not success. */
export function exitOfVerdict(verdict: string): Exit {
  switch (verdict) {
    case 'succeeded':
      return 'succeeded';
    case 'rolled_back':
      return 'rolledBack';
    case 'failed':
      return 'failed';
    case 'superseded':
    case 'cancelled':
      return 'superseded';
    default:
      return 'unexpected';
  }
}

/** The table of exit codes, for `berth --help`. */
export function exitTable(): string {
  return Object.values(exits)
    .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`)
    .join('\n');
}
