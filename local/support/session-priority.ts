import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/**
 * Gives a session that was just started (`detached`) a priority among sessions: where Linux weighs them against each
 * other, the priority of a process counts within its own only (sched(7), "The autogroup feature"). It takes one in a
 * tenth of a second from who is not root.
 */
export function setSessionPriority(leader: ChildProcess, priority: number, tries = 20): void {
  try {
    writeFileSync(`/proc/${leader.pid}/autogroup`, String(priority));
  } catch (error) {
    // Sessions are not weighed here, or it has ended.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || leader.exitCode !== null || tries === 0) return;
    setTimeout(setSessionPriority, 100 + Math.random() * 50, leader, priority, tries - 1).unref();
  }
}
