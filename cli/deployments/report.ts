import type { DeploymentView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import { type Exit, exitOfVerdict } from '../exit.ts';
import { progressLine, renderVerdict } from '../render/deployment.ts';
import { isOver } from './follow.ts';
import { adviceFor } from './story.ts';

/** Tells how a deployment that was followed is now. */
export function tell({ io }: Context, deployment: DeploymentView): void {
  if (isOver(deployment)) {
    io.print(renderVerdict(deployment, io.paint));
    return;
  }
  const { text } = progressLine(deployment, Date.now() - Date.parse(deployment.requestedAt), io.paint);
  io.print(`… ${text}\n  It is still running; berth why ${deployment.id} tells how far it is.`);
  for (const advice of adviceFor(deployment)) io.print(`  ${advice}`);
}

/** Tells that a deployment was asked for, and how to watch it. */
export function tellStarted({ io }: Context, deployment: DeploymentView): void {
  io.print(`${io.paint.bold(deployment.service)} ${deployment.id}`);
  io.print(`  berth why ${deployment.id}    how far it is`);
}

export function exitOf(deployment: DeploymentView): Exit {
  if (isOver(deployment)) return exitOfVerdict(deployment.verdict ?? '');
  return deployment.waits ? 'waiting' : 'stillRunning';
}
