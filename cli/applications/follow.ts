import { setTimeout as sleep } from 'node:timers/promises';
import type { ApplicationView } from '../../core/contract/application-views.ts';
import type { DeploymentView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import { createStory, prefixed, type Story } from '../deployments/story.ts';
import { createLive } from '../live.ts';
import { partLine } from '../render/application.ts';
import { patiently } from '../retry.ts';

const lookEveryMs = 400;
/** How long the API may be away while everything goes on without us. */
const patienceMs = 60_000;

/** An application with what is known of its deployments, by their ids. */
export interface Watched {
  readonly application: ApplicationView;
  readonly deployments: ReadonlyMap<string, DeploymentView>;
}

/** Shows how the services go, until there is a verdict or the time is over; answers how it is then. */
export async function followApplication(
  context: Context,
  application: ApplicationView,
  timeoutSeconds: number | undefined,
): Promise<Watched> {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const { io } = context;
  const live = createLive(io);
  const tellNews = storyteller(context);
  let present: Watched = { application, deployments: new Map() };
  for (;;) {
    const { services } = present.application;
    const news = [...present.deployments.values()].flatMap(tellNews);
    if (news.length > 0) live.clear();
    for (const line of news) io.print(line);
    live.show(services.map((part) => partLine(part, present, elapsedMs(), io.paint)));
    if (isOver(present.application)) break;
    if (timeoutSeconds !== undefined && elapsedMs() >= timeoutSeconds * 1000) break;
    await sleep(lookEveryMs);
    present = await lookAt(context, application.id, present.deployments);
  }
  live.clear();
  return present;
}

export const isOver = ({ phase }: ApplicationView): boolean => phase === 'ended';

/** An application and all its deployments that have begun; those known to have ended are not asked for again. */
export async function lookAt(
  { client }: Context,
  id: string,
  known: Watched['deployments'] = new Map(),
): Promise<Watched> {
  const application = await patiently(() => client.getApplication({ id }), patienceMs);
  const ids = application.services.flatMap(({ deployment, back }) => [deployment, back?.deployment]);
  const looks = ids.map(async (one) => {
    const before = one === undefined ? undefined : known.get(one);
    if (one === undefined || before?.phase === 'ended') return before;
    // It is on its way: the application has decided it, and its message may not have come.
    return patiently(() => client.getDeployment({ id: one }), patienceMs).catch(() => undefined);
  });
  const found = (await Promise.all(looks)).flatMap((one) => one ?? []);
  return { application, deployments: new Map(found.map((one) => [one.id, one])) };
}

/** What has happened to each deployment since it was looked at last. */
function storyteller({ io }: Context) {
  const stories = new Map<string, Story>();
  return (deployment: DeploymentView): string[] => {
    const story = stories.get(deployment.id) ?? createStory(io.paint);
    stories.set(deployment.id, story);
    return story.tell(deployment, Date.now()).map(prefixed(deployment, io.paint));
  };
}
