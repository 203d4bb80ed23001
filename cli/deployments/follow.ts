import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import { exits } from '../exit.ts';
import { createLive } from '../live.ts';
import { progressLine } from '../render/deployment.ts';
import { patiently } from '../retry.ts';
import { createStory, prefixed, type Story } from './story.ts';

/** At first often, for most is over soon; what takes its time is news every second. */
const lookEveryMs = (elapsedMs: number) => (elapsedMs < 30_000 ? 300 : 1000);
/** How long the API may be away while a deployment goes on without us. */
const patienceMs = 60_000;

export interface FollowOptions {
  /** Undefined: until the verdicts, which come, for every deployment has a deadline. */
  readonly timeoutSeconds?: number | undefined;
}

/** Shows how the deployments go, until all have ended or the time is over; answers how they are then. */
export async function follow(
  context: Context,
  deployments: readonly DeploymentView[],
  { timeoutSeconds }: FollowOptions,
): Promise<DeploymentView[]> {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const live = createLive(context.io);
  const tellNews = storyteller(context, deployments.length > 1);
  let present = [...deployments];
  for (;;) {
    const news = present.flatMap(tellNews);
    if (news.length > 0) live.clear();
    for (const line of news) context.io.print(line);
    live.show(present.map((one) => progressLine(one, elapsedMs(), context.io.paint)));
    if (present.every(isOver)) break;
    if (timeoutSeconds !== undefined && elapsedMs() >= timeoutSeconds * 1000) break;
    await sleep(lookEveryMs(elapsedMs()));
    present = await Promise.all(present.map((one) => (isOver(one) ? one : again(context, one.id))));
  }
  live.clear();
  return present;
}

/** What has happened to each deployment since it was looked at last. */
function storyteller({ io }: Context, areSeveral: boolean) {
  const stories = new Map<string, Story>();
  return (deployment: DeploymentView): string[] => {
    const story = stories.get(deployment.id) ?? createStory(io.paint);
    stories.set(deployment.id, story);
    const lines = story.tell(deployment, Date.now());
    return areSeveral ? lines.map(prefixed(deployment, io.paint)) : lines;
  };
}

export const isOver = (deployment: DeploymentView): boolean => deployment.phase === 'ended';

const again = ({ client }: Context, id: string) => patiently(() => client.getDeployment({ id }), patienceMs);

/** While it runs, Ctrl-C stops the watching only, and says so. */
export async function whileWatching<Result>(context: Context, work: () => Promise<Result>): Promise<Result> {
  const leave = () => {
    context.io.complain('\nNo longer watching; the deployment goes on. See berth status, or berth abort.');
    process.exit(exits.interrupted.code);
  };
  process.once('SIGINT', leave);
  try {
    return await work();
  } finally {
    process.off('SIGINT', leave);
  }
}
