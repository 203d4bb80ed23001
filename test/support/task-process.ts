import { readdirSync, readlinkSync } from 'node:fs';
import Docker from 'dockerode';
import { processesOf } from './processes.ts';

/** Kills the program of a task with SIGKILL, behind the back of everything that looks after it. */
export async function killTask(
  runtime: 'process' | 'docker',
  directory: string,
  taskId: string,
): Promise<void> {
  await (runtime === 'docker' ? killContainer(taskId) : killProgram(directory, taskId));
}

/** The programs of tasks that run as processes, without the shells around them. */
export function taskPrograms(directory: string): { pid: number; command: string }[] {
  return processesOf(directory).filter(
    ({ pid, command }) => /\bnode \S*\.mjs\b/.test(command) && writesTo(pid, '/containers/'),
  );
}

function killProgram(directory: string, taskId: string): void {
  const program = taskPrograms(directory).find(({ pid }) => writesTo(pid, taskId));
  if (!program) throw new Error(`no process of task ${taskId}`);
  process.kill(program.pid, 'SIGKILL');
}

function writesTo(pid: number, place: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/1`).includes(place) && readdirSync(`/proc/${pid}`).length > 0;
  } catch {
    return false;
  }
}

async function killContainer(taskId: string): Promise<void> {
  const docker = new Docker();
  const containers = await docker.listContainers();
  const found = containers.find(({ Names, Labels }) =>
    [...Names, ...Object.values(Labels)].some((text) => text.includes(taskId)),
  );
  if (!found) throw new Error(`no container of task ${taskId}`);
  await docker.getContainer(found.Id).kill({ signal: 'SIGKILL' });
}
