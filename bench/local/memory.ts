import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { processesOf } from '../../test/support/processes.ts';
import { setStage } from '../stage.ts';
import { rounded } from '../statistics.ts';

export interface IdleMemory {
  /** Local AWS and the Lambda host together. */
  readonly idleRssMb: number;
  readonly localAwsRssMb: number;
  readonly lambdaHostRssMb: number;
}

/** What is started in the background is there by then, and what it left is collected. */
const restMs = 5000;
const run = promisify(execFile);

/** Memory of the two processes of `berth up`, with all functions warm and nothing deployed. */
export async function idleMemory(log: (line: string) => void): Promise<IdleMemory> {
  const stage = await setStage(log);
  try {
    await sleep(restMs);
    const localAwsRssMb = await rssMb(stage.directory, 'local/main.ts');
    const lambdaHostRssMb = await rssMb(stage.directory, 'local/host.ts');
    return {
      idleRssMb: rounded(localAwsRssMb + lambdaHostRssMb),
      localAwsRssMb: rounded(localAwsRssMb),
      lambdaHostRssMb: rounded(lambdaHostRssMb),
    };
  } finally {
    await stage.close();
  }
}

/** Resident memory of the process of this stage that runs `script`; its threads are in it. */
async function rssMb(directory: string, script: string): Promise<number> {
  const found = processesOf(directory).find(({ command }) => command.includes(script));
  if (!found) throw new Error(`no process runs ${script}`);
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(found.pid)]);
  return Number(stdout) / 1024;
}
