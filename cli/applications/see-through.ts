import type { ApplicationView } from '../../core/contract/application-views.ts';
import type { Context } from '../context.ts';
import { whileWatching } from '../deployments/follow.ts';
import type { WaitOptions } from '../deployments/move.ts';
import { type Exit, exitOfVerdict } from '../exit.ts';
import { renderApplication } from '../render/application.ts';
import { followApplication, isOver, type Watched } from './follow.ts';

/** Ends a command that began or changed an application's deployment: at once, or with `--wait` at its verdict. */
export async function seeApplicationThrough(
  context: Context,
  application: ApplicationView,
  { wait, timeout }: WaitOptions,
): Promise<Exit> {
  const { io } = context;
  if (!wait) {
    const names = application.services.map(({ name }) => name).join(', ');
    io.print(`${io.paint.bold(application.app)} ${application.id} (${names})`);
    io.print(`  berth why ${application.id}    how far it is`);
    io.document(documentOf({ application, deployments: new Map() }));
    return 'succeeded';
  }
  const seen = await whileWatching(context, () => followApplication(context, application, timeout));
  io.print(renderApplication(seen, io.paint));
  io.document(documentOf(seen));
  return exitOf(seen);
}

/** `deployments` are those of the services, in their order, and then those that took services back. */
export function documentOf({ application, deployments }: Watched) {
  const order = application.services.map(({ deployment }) => deployment);
  const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length);
  const sorted = [...deployments.values()].sort((one, other) => place(one.id) - place(other.id));
  return { application, deployments: sorted, refused: [] };
}

function exitOf({ application, deployments }: Watched): Exit {
  if (isOver(application)) return exitOfVerdict(application.verdict ?? '');
  return [...deployments.values()].some(({ waits }) => waits) ? 'waiting' : 'stillRunning';
}
