import type { DeploymentView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import type { Exit } from '../exit.ts';
import { follow, whileWatching } from './follow.ts';
import { exitOf, tell, tellStarted } from './report.ts';

export interface WaitOptions {
  readonly wait?: true;
  readonly timeout?: number;
}

/** Ends a command that began or changed one deployment: at once, or with `--wait` at its verdict. */
export async function seeThrough(
  context: Context,
  deployment: DeploymentView,
  { wait, timeout }: WaitOptions,
): Promise<Exit> {
  if (!wait) {
    tellStarted(context, deployment);
    context.io.document(deployment);
    return 'succeeded';
  }
  const watch = () => follow(context, [deployment], { timeoutSeconds: timeout });
  const [present = deployment] = await whileWatching(context, watch);
  tell(context, present);
  context.io.document(present);
  return exitOf(present);
}
