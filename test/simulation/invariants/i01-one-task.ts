import type { JobState } from '../../../core/jobs/model.ts';
import type { Facts, Invariant, Report } from '../observation.ts';

/**
 * I1: of a job at most one task is ever started, whatever answers are lost; and it succeeded only where the command of
 * that task did.
 */
export const oneTask: Invariant = {
  name: 'I1 a job runs once',
  watch: ({ ecs }) => {
    const tasks = new Map<string, string>();
    return (observation, report) => {
      if (observation.type === 'published') {
        const { startedBy, taskArn } = observation.event.detail as { startedBy?: string; taskArn?: string };
        if (!startedBy?.startsWith('berth-job/') || taskArn === undefined) return;
        const known = tasks.get(startedBy) ?? taskArn;
        if (known !== taskArn) report(`${taskArn} was started by ${startedBy}, and ${known} was already`);
        tasks.set(startedBy, known);
      }
      if (observation.type === 'committed' && observation.item.ref.kind === 'job')
        truthOf(observation.item.state as JobState, ecs, report);
    };
  },
};

function truthOf({ at, request }: JobState, ecs: Facts['ecs'], report: Report): void {
  if (at.phase !== 'ended' || at.verdict !== 'succeeded') return;
  const exits = ecs.task(at.taskArn ?? '')?.containers.map(({ exitCode }) => exitCode);
  if (exits && !exits.every((exitCode) => exitCode === 0))
    report(`${request.id} succeeded, and its task ended with ${exits}`);
  if (request.command[1] !== 'ends') report(`${request.id} succeeded, and its command never does`);
}
